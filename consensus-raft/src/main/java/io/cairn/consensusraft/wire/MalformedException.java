// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

/** Bytes from another member are not what they should be. The message is for logs. */
public final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedException(String message) {
    // Without a stack trace: a hostile peer must not be able to make this member busy.
    super(message, null, false, false);
  }
}
