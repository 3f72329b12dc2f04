// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.AccessView;
import io.cairn.spi.auth.Authenticator;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Finds out on whose behalf a request is made. While access control is off, nobody asks. */
@ThreadSafe
public final class Callers {
  private final AccessControl access;
  private final Authenticator authenticator;

  /** Asks {@code authenticator} while {@code access} is on. */
  public Callers(AccessControl access, Authenticator authenticator) {
    this.access = access;
    this.authenticator = authenticator;
  }

  /** The present state of access control. */
  public AccessView view() {
    return access.view();
  }

  /** Does something in the name of {@code caller}; at once while access control is off. */
  public <R> CompletableFuture<R> identify(
      Caller caller, Function<Identity, CompletableFuture<R>> action) {
    AccessView view = access.view();
    return view.enabled()
        ? Answers.then(authenticator.identify(caller, view), action)
        : action.apply(Identity.ANONYMOUS);
  }

  /** Does what only administrators may, if {@code caller} is one. */
  public <R> CompletableFuture<R> administer(Caller caller, Supplier<CompletableFuture<R>> action) {
    return identify(
        caller,
        identity -> {
          Reason refusal = Permissions.refusesToAdminister(view(), identity);
          return refusal != null ? Answers.refused(refusal) : action.get();
        });
  }
}
