// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What goes over a stream as one thing.
 *
 * @param id which request this is or belongs to; 0 where there is none
 */
record Frame(Kind kind, long id, Bytes payload) {

  /** What a frame is. */
  enum Kind {
    /** A message for the receiver of the channel. */
    MESSAGE(0),
    /** A request for the responder. */
    REQUEST(1),
    /** The answer to a request. */
    ANSWER(2),
    /** Why a request was not answered, as UTF-8. */
    FAILURE(3),
    /** Asks for a {@link #PONG}. */
    PING(4),
    /** Shows that whoever was asked is alive and reads. */
    PONG(5);

    private static final Kind[] ALL = values();

    private final byte number;

    Kind(int number) {
      this.number = (byte) number;
    }

    /** What stands for the kind on the wire. */
    byte number() {
      return number;
    }

    /** The kind with that number; null if there is none. */
    static @Nullable Kind of(byte number) {
      for (Kind kind : ALL) {
        if (kind.number == number) {
          return kind;
        }
      }
      return null;
    }
  }

  static final Frame PING = new Frame(Kind.PING, 0, Bytes.EMPTY);
  static final Frame PONG = new Frame(Kind.PONG, 0, Bytes.EMPTY);

  static Frame message(Bytes payload) {
    return new Frame(Kind.MESSAGE, 0, payload);
  }
}
