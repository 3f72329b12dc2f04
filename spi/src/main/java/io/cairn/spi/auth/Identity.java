// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.auth;

/**
 * Who a caller is.
 *
 * @param user the user's name, empty for an anonymous caller
 * @param revision the revision of the access-control state that the credential was made with, 0 if
 *     none
 */
public record Identity(String user, long revision) {
  /** A caller without credentials. */
  public static final Identity ANONYMOUS = new Identity("", 0);
}
