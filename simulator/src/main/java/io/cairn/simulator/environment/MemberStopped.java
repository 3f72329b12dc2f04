// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

/** A member has ended itself; thrown through the code that asked for it. */
public final class MemberStopped extends Error {
  private static final long serialVersionUID = 1L;

  MemberStopped(String what, Throwable cause) {
    super(what, cause);
  }
}
