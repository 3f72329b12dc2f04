// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

/** A peer, or somebody who is none, sent what cannot be read. */
final class MalformedInput extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /** Says what was found. Without a stack trace: it says nothing about the sender's mistake. */
  MalformedInput(String message) {
    super(message, null, false, false);
    this.reason = message;
  }

  /** What was found. */
  String reason() {
    return reason;
  }
}
