// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.auth;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.AuthResult;
import java.util.List;

/**
 * Users, roles and permissions as replicated state (A1-A4).
 *
 * <p><b>Threads.</b> {@link #load} and {@link #apply} on the apply lane; {@link #view} anywhere.
 * <b>Failure.</b> {@link #apply} throws {@link io.cairn.spi.store.StoreException} for a refusal,
 * and then has changed nothing.
 */
@ThreadSafe
public interface AccessControl {
  /** Access control that is always off and refuses to be managed. */
  static AccessControl open() {
    return new OpenAccess();
  }

  /** Whether users and roles can be managed at all. */
  boolean isManageable();

  /** Reads the state back at start. */
  void load(StorageView view);

  /** Applies one command, adding what must be stored to {@code batch} (A1, A2). */
  AuthResult apply(long index, AuthRequest command, List<Mutation> batch);

  /** The state after the last command applied. */
  AccessView view();
}
