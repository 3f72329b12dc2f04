// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.auth;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Reason;
import org.jspecify.annotations.Nullable;

/** An immutable state of access control (A3). */
@ThreadSafe
public interface AccessView {
  /** Whether access control is on. */
  boolean enabled();

  /** The revision of the state, 1 for a fresh one. */
  long revision();

  /**
   * Decides whether {@code identity} may have {@code access}.
   *
   * @return null if it may, else the reason why not
   */
  @Nullable Reason check(Identity identity, Access access);
}
