// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * The encoding in which watch events cross the SPI.
 *
 * <p>Rule V3: an event is one complete {@code events} field of etcd's watch response: tag {@code
 * 0x5a}, varint length, and an {@code mvccpb.Event} with its fields ascending (1 type, left out for
 * a put; 2 key-value; 3 previous key-value). Rule V4: a <em>run</em> is a slice of any number of
 * events, one after another. A transport that speaks protobuf copies runs into its reply as they
 * are; one that does not walks over them with {@link #forEach}.
 *
 * <p>Rule V5: the key-value of a deletion has the key and the modification revision only.
 */
public final class EventFormat {

  /** The tag of the {@code events} field of a watch response. */
  public static final int TAG_EVENT = 0x5a;

  /** The tag of an event's type field. */
  public static final int TAG_TYPE = 0x08;

  /** The tag of an event's key-value field. */
  public static final int TAG_KV = 0x12;

  /** The tag of an event's previous key-value field. */
  public static final int TAG_PREV_KV = 0x1a;

  private EventFormat() {}

  /** Receives the events of a run. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes the next event.
     *
     * @param deletion whether the event is a deletion; otherwise it is a put
     * @param kv the encoded key-value
     * @param previous the encoded previous key-value, empty when there is none
     */
    void event(boolean deletion, Bytes kv, Bytes previous);
  }

  /**
   * Visits each event of {@code run} in order.
   *
   * @throws IllegalArgumentException if the bytes are not a run
   */
  public static void forEach(Bytes run, Visitor visitor) {
    WireCursor events = new WireCursor(run);
    while (events.hasMore()) {
      if (events.tag() != TAG_EVENT) {
        throw events.malformed("an event was expected");
      }
      WireCursor event = new WireCursor(events.bytes());
      boolean deletion = false;
      Bytes kv = Bytes.EMPTY;
      Bytes previous = Bytes.EMPTY;
      while (event.hasMore()) {
        int tag = event.tag();
        switch (tag) {
          case TAG_TYPE -> deletion = event.bool();
          case TAG_KV -> kv = event.bytes();
          case TAG_PREV_KV -> previous = event.bytes();
          default -> throw event.malformed("unexpected tag " + tag + " in an event");
        }
      }
      visitor.event(deletion, kv, previous);
    }
  }
}
