// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.CompletionStage;

/** Users, roles and permissions (V6-V10). */
@ThreadSafe
public interface AuthService {
  /** Does what {@code request} asks; the result is of the kind that belongs to the request. */
  CompletionStage<AuthResult> execute(Caller caller, AuthRequest request);
}
