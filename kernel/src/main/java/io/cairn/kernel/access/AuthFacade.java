// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.access;

import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.AccessView;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.AuthResult;
import io.cairn.spi.store.AuthService;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import java.util.concurrent.CompletableFuture;

/**
 * Access control as a service, for an access control that cannot be managed: it tells that it is
 * off and refuses the rest by name.
 */
@ThreadSafe
public final class AuthFacade implements AuthService {
  private final Standing standing;
  private final Published published;
  private final AccessControl access;

  /** Answers for {@code access}. */
  public AuthFacade(Standing standing, Published published, AccessControl access) {
    this.standing = standing;
    this.published = published;
    this.access = access;
  }

  @Override
  public CompletableFuture<AuthResult> execute(Caller caller, AuthRequest request) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    return switch (request) {
      case AuthRequest.Status _ -> {
        AccessView view = access.view();
        yield CompletableFuture.completedFuture(
            new AuthResult.Status(
                standing.header(published.state().revision()), view.enabled(), view.revision()));
      }
      case AuthRequest.Authenticate _ -> Answers.refused(new Reason.AuthNotEnabled());
      case AuthRequest.Enable _,
          AuthRequest.Disable _,
          AuthRequest.UserAdd _,
          AuthRequest.UserGet _,
          AuthRequest.UserList _,
          AuthRequest.UserDelete _,
          AuthRequest.UserChangePassword _,
          AuthRequest.UserGrantRole _,
          AuthRequest.UserRevokeRole _,
          AuthRequest.RoleAdd _,
          AuthRequest.RoleGet _,
          AuthRequest.RoleList _,
          AuthRequest.RoleDelete _,
          AuthRequest.RoleGrantPermission _,
          AuthRequest.RoleRevokePermission _ ->
          Answers.refused(new Reason.NotBuiltIn("access control"));
    };
  }
}
