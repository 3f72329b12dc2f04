// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.apiprotos.authpb.Permission;
import io.cairn.apiprotos.etcdserverpb.AuthDisableRequest;
import io.cairn.apiprotos.etcdserverpb.AuthEnableRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleAddRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleDeleteRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleGetRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleListRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.cairn.apiprotos.etcdserverpb.AuthStatusRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserAddRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserChangePasswordRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserDeleteRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserGetRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserGrantRoleRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserListRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserRevokeRoleRequest;
import io.cairn.apiprotos.etcdserverpb.AuthenticateRequest;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.AuthResult;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.List;

/**
 * Reads and writes the messages of etcd's Auth service.
 *
 * <p>Each request has a message type of its own, the responses differ only in what stands behind
 * the header: nothing, a list of names, a token, a status or permissions, always from field 2 on.
 */
public final class AuthMessages {

  private AuthMessages() {}

  /** Reads an {@code AuthEnableRequest}. */
  public static AuthRequest enable(Bytes message) {
    var _ = GeneratedMessages.parse(AuthEnableRequest.parser(), message);
    return new AuthRequest.Enable();
  }

  /** Reads an {@code AuthDisableRequest}. */
  public static AuthRequest disable(Bytes message) {
    var _ = GeneratedMessages.parse(AuthDisableRequest.parser(), message);
    return new AuthRequest.Disable();
  }

  /** Reads an {@code AuthStatusRequest}. */
  public static AuthRequest status(Bytes message) {
    var _ = GeneratedMessages.parse(AuthStatusRequest.parser(), message);
    return new AuthRequest.Status();
  }

  /** Reads an {@code AuthenticateRequest}. */
  public static AuthRequest authenticate(Bytes message) {
    AuthenticateRequest request = GeneratedMessages.parse(AuthenticateRequest.parser(), message);
    return new AuthRequest.Authenticate(request.getName(), request.getPassword());
  }

  /** Reads an {@code AuthUserAddRequest}. */
  public static AuthRequest userAdd(Bytes message) {
    AuthUserAddRequest request = GeneratedMessages.parse(AuthUserAddRequest.parser(), message);
    return new AuthRequest.UserAdd(
        request.getName(), request.getPassword(), request.getOptions().getNoPassword());
  }

  /** Reads an {@code AuthUserGetRequest}. */
  public static AuthRequest userGet(Bytes message) {
    return new AuthRequest.UserGet(
        GeneratedMessages.parse(AuthUserGetRequest.parser(), message).getName());
  }

  /** Reads an {@code AuthUserListRequest}. */
  public static AuthRequest userList(Bytes message) {
    var _ = GeneratedMessages.parse(AuthUserListRequest.parser(), message);
    return new AuthRequest.UserList();
  }

  /** Reads an {@code AuthUserDeleteRequest}. */
  public static AuthRequest userDelete(Bytes message) {
    return new AuthRequest.UserDelete(
        GeneratedMessages.parse(AuthUserDeleteRequest.parser(), message).getName());
  }

  /** Reads an {@code AuthUserChangePasswordRequest}. */
  public static AuthRequest userChangePassword(Bytes message) {
    AuthUserChangePasswordRequest request =
        GeneratedMessages.parse(AuthUserChangePasswordRequest.parser(), message);
    return new AuthRequest.UserChangePassword(request.getName(), request.getPassword());
  }

  /** Reads an {@code AuthUserGrantRoleRequest}. */
  public static AuthRequest userGrantRole(Bytes message) {
    AuthUserGrantRoleRequest request =
        GeneratedMessages.parse(AuthUserGrantRoleRequest.parser(), message);
    return new AuthRequest.UserGrantRole(request.getUser(), request.getRole());
  }

  /** Reads an {@code AuthUserRevokeRoleRequest}. */
  public static AuthRequest userRevokeRole(Bytes message) {
    AuthUserRevokeRoleRequest request =
        GeneratedMessages.parse(AuthUserRevokeRoleRequest.parser(), message);
    return new AuthRequest.UserRevokeRole(request.getName(), request.getRole());
  }

  /** Reads an {@code AuthRoleAddRequest}. */
  public static AuthRequest roleAdd(Bytes message) {
    return new AuthRequest.RoleAdd(
        GeneratedMessages.parse(AuthRoleAddRequest.parser(), message).getName());
  }

  /** Reads an {@code AuthRoleGetRequest}. */
  public static AuthRequest roleGet(Bytes message) {
    return new AuthRequest.RoleGet(
        GeneratedMessages.parse(AuthRoleGetRequest.parser(), message).getRole());
  }

  /** Reads an {@code AuthRoleListRequest}. */
  public static AuthRequest roleList(Bytes message) {
    var _ = GeneratedMessages.parse(AuthRoleListRequest.parser(), message);
    return new AuthRequest.RoleList();
  }

  /** Reads an {@code AuthRoleDeleteRequest}. */
  public static AuthRequest roleDelete(Bytes message) {
    return new AuthRequest.RoleDelete(
        GeneratedMessages.parse(AuthRoleDeleteRequest.parser(), message).getRole());
  }

  /** Reads an {@code AuthRoleGrantPermissionRequest}. */
  public static AuthRequest roleGrantPermission(Bytes message) {
    AuthRoleGrantPermissionRequest request =
        GeneratedMessages.parse(AuthRoleGrantPermissionRequest.parser(), message);
    return new AuthRequest.RoleGrantPermission(
        request.getName(), request.hasPerm() ? permission(request.getPerm()) : null);
  }

  /** Reads an {@code AuthRoleRevokePermissionRequest}. */
  public static AuthRequest roleRevokePermission(Bytes message) {
    AuthRoleRevokePermissionRequest request =
        GeneratedMessages.parse(AuthRoleRevokePermissionRequest.parser(), message);
    return new AuthRequest.RoleRevokePermission(
        request.getRole(),
        new KeyRange(
            GeneratedMessages.slice(request.getKey()),
            GeneratedMessages.slice(request.getRangeEnd())));
  }

  /** Writes the response to any of the requests. */
  public static Reply result(AuthResult result) {
    Reply out = new Reply(96);
    switch (result) {
      case AuthResult.Done _ -> {
        // The header says it all.
      }
      case AuthResult.Status status -> {
        out.varint(0x18, status.authRevision());
        out.bool(0x10, status.enabled());
      }
      case AuthResult.Token token -> out.text(0x12, token.token());
      case AuthResult.Names names -> {
        for (String name : names.names().reversed()) {
          out.presentBytes(0x12, Bytes.utf8(name));
        }
      }
      case AuthResult.Permissions permissions -> permissions(out, permissions.permissions());
    }
    Replies.header(out, result.header());
    return out;
  }

  private static void permissions(Reply out, List<AuthRequest.Permission> permissions) {
    for (AuthRequest.Permission permission : permissions.reversed()) {
      long end = out.size();
      out.bytes(0x1a, permission.range().end());
      out.bytes(0x12, permission.range().key());
      out.varint(
          0x08,
          switch (permission.kind()) {
            case READ -> Permission.Type.READ_VALUE;
            case WRITE -> Permission.Type.WRITE_VALUE;
            case READWRITE -> Permission.Type.READWRITE_VALUE;
            case UNKNOWN ->
                throw new IllegalArgumentException("a permission of unknown kind is never stored");
          });
      out.message(0x12, end);
    }
  }

  private static AuthRequest.Permission permission(Permission permission) {
    return new AuthRequest.Permission(
        switch (permission.getPermType()) {
          case READ -> AuthRequest.Permission.Kind.READ;
          case WRITE -> AuthRequest.Permission.Kind.WRITE;
          case READWRITE -> AuthRequest.Permission.Kind.READWRITE;
          case UNRECOGNIZED -> AuthRequest.Permission.Kind.UNKNOWN;
        },
        new KeyRange(
            GeneratedMessages.slice(permission.getKey()),
            GeneratedMessages.slice(permission.getRangeEnd())));
  }
}
