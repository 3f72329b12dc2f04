// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import io.cairn.consensusraft.core.Message;
import io.cairn.spi.store.Bytes;
import java.util.List;

/** What travels on the channel of consensus. */
public sealed interface PeerMessage {
  /** A message between the cores. */
  record Raft(Message message) implements PeerMessage {}

  /**
   * Proposals for the leader of one term, in the order in which they were made, each sent once.
   *
   * @param term the only term in which they may enter the log
   * @param boot the life of the sender's process, which numbers them
   * @param firstSequence the number of the first; the others follow without gaps
   */
  record Forward(long term, long boot, long firstSequence, List<Item> items)
      implements PeerMessage {}

  /**
   * One of them.
   *
   * @param change whether it is a change of the membership
   */
  record Item(boolean change, Bytes payload) {}

  /** A forwarded proposal has not entered the log, and will not. */
  record Refused(long boot, long sequence, Refusal reason) implements PeerMessage {}

  /** Why. The codes travel: never renumber. */
  enum Refusal {
    /** The receiver does not lead that term. */
    NOT_LEADER(1),
    /** Leadership is passing on, or has just begun. */
    NOT_NOW(2),
    /** Too much is waiting. */
    OVERLOADED(3),
    /** Another change of the membership is under way, or this one makes no sense. */
    CHANGE_REFUSED(4);

    private final int code;

    Refusal(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static Refusal ofCode(int code) throws MalformedException {
      return switch (code) {
        case 1 -> NOT_LEADER;
        case 2 -> NOT_NOW;
        case 3 -> OVERLOADED;
        case 4 -> CHANGE_REFUSED;
        default -> throw new MalformedException("no refusal has code " + code);
      };
    }
  }
}
