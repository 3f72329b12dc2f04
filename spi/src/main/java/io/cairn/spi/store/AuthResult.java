// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.util.List;

/** The outcome of an {@link AuthRequest}. */
public sealed interface AuthResult {
  /** The header. */
  ResponseHeader header();

  /** It was done. */
  record Done(ResponseHeader header) implements AuthResult {}

  /** Whether access control is on, and the revision of its state. */
  record Status(ResponseHeader header, boolean enabled, long authRevision) implements AuthResult {}

  /** A token. */
  record Token(ResponseHeader header, String token) implements AuthResult {}

  /** Names of users or roles, or the roles of one user. */
  record Names(ResponseHeader header, List<String> names) implements AuthResult {}

  /** The permissions of a role. */
  record Permissions(ResponseHeader header, List<AuthRequest.Permission> permissions)
      implements AuthResult {}
}
