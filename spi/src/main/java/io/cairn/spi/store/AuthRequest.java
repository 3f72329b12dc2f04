// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import org.jspecify.annotations.Nullable;

/** What can be asked of access control. */
public sealed interface AuthRequest {
  /** Turns it on. */
  record Enable() implements AuthRequest {}

  /** Turns it off. */
  record Disable() implements AuthRequest {}

  /** Asks whether it is on. */
  record Status() implements AuthRequest {}

  /** Asks for a token. */
  record Authenticate(String name, String password) implements AuthRequest {}

  /** Adds a user. */
  record UserAdd(String name, String password, boolean noPassword) implements AuthRequest {}

  /** Shows a user. */
  record UserGet(String name) implements AuthRequest {}

  /** Lists users. */
  record UserList() implements AuthRequest {}

  /** Deletes a user. */
  record UserDelete(String name) implements AuthRequest {}

  /** Changes a password. */
  record UserChangePassword(String name, String password) implements AuthRequest {}

  /** Gives a user a role. */
  record UserGrantRole(String user, String role) implements AuthRequest {}

  /** Takes a role from a user. */
  record UserRevokeRole(String user, String role) implements AuthRequest {}

  /** Adds a role. */
  record RoleAdd(String name) implements AuthRequest {}

  /** Shows a role. */
  record RoleGet(String name) implements AuthRequest {}

  /** Lists roles. */
  record RoleList() implements AuthRequest {}

  /** Deletes a role. */
  record RoleDelete(String name) implements AuthRequest {}

  /** Gives a role a permission, null if the client left it out. */
  record RoleGrantPermission(String role, @Nullable Permission permission) implements AuthRequest {}

  /** Takes a permission from a role. */
  record RoleRevokePermission(String role, KeyRange range) implements AuthRequest {}

  /**
   * A permission of a role.
   *
   * @param kind what it allows
   * @param range on which keys
   */
  record Permission(Kind kind, KeyRange range) {
    /** What a permission allows. */
    public enum Kind {
      /** Reading. */
      READ,
      /** Writing. */
      WRITE,
      /** Both. */
      READWRITE,
      /** A number that is not known (V10). */
      UNKNOWN
    }
  }
}
