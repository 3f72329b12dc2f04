// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.auth;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.AuthResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Access control of a distribution that has none. */
final class OpenAccess implements AccessControl, AccessView {
  @Override
  public boolean isManageable() {
    return false;
  }

  @Override
  public void load(StorageView view) {
    // There is nothing to load: this access control stores nothing.
  }

  @Override
  public AuthResult apply(long index, AuthRequest command, List<Mutation> batch) {
    throw new StoreException(new Reason.NotBuiltIn("access control"));
  }

  @Override
  public AccessView view() {
    return this;
  }

  @Override
  public boolean enabled() {
    return false;
  }

  @Override
  public long revision() {
    return 1;
  }

  @Override
  public @Nullable Reason check(Identity identity, Access access) {
    return null;
  }
}
