// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.auth;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Caller;
import java.util.concurrent.CompletionStage;

/**
 * Finds out who a caller is (A4, A5).
 *
 * <p><b>Threads.</b> Any. <b>Blocking.</b> Never; slow work runs on a lane of the authenticator.
 * <b>Failure.</b> Stages fail with {@link io.cairn.spi.store.StoreException}.
 */
@ThreadSafe
public interface Authenticator {
  /** The identity behind the caller's token or certificate. */
  CompletionStage<Identity> identify(Caller caller, AccessView view);
}
