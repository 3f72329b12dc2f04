// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.Bytes;

/**
 * Walks over the fields of a protobuf message and hands out its byte fields as slices.
 *
 * <p>Accepts and refuses what protobuf's own Java parser does, so that it makes no difference to a
 * client which of the two a request meets: varints are cut to the width of their field, unknown
 * fields and groups are passed over, nesting is limited. The one exception is a varint that goes on
 * after its tenth byte: always refused here, while that parser lets some of them pass.
 *
 * <p>The usual loop is {@code for (int tag = in.tag(); tag != 0; tag = in.tag())} with a switch
 * over the tags of the known fields and {@link #skip} for all others.
 *
 * <p><b>Failure.</b> Every method throws {@link MalformedMessage}. <b>Threads.</b> Belongs to one.
 */
public final class ProtoReader {

  /** How deep messages may be nested, as in protobuf's parsers. */
  static final int DEPTH_MAX = 100;

  static final String NUMBER_TOO_LONG = "a number is longer than ten bytes";

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int DELIMITED = 2;
  private static final int GROUP = 3;
  private static final int GROUP_END = 4;
  private static final int FIXED32 = 5;

  private final byte[] array;
  private int limit;
  private int at;
  private int depth;

  /** Stands before the first field of {@code message}. */
  public ProtoReader(Bytes message) {
    this(message, 0);
  }

  /**
   * Stands before the first field of a message that lies {@code depth} levels below the request.
   */
  ProtoReader(Bytes message, int depth) {
    this.array = message.array();
    this.at = message.offset();
    this.limit = at + message.length();
    this.depth = depth;
  }

  /** Reads the next field's tag (number times eight plus wire type); 0 at the message's end. */
  public int tag() {
    if (at == limit) {
      return 0;
    }
    int tag = int32();
    if (tag >>> 3 == 0) {
      throw new MalformedMessage("a field has the number 0");
    }
    if ((tag & 7) == GROUP_END) {
      throw new MalformedMessage("a group ends that did not begin");
    }
    return tag;
  }

  /** Reads a varint of 64 bits. */
  public long int64() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == limit) {
        throw new MalformedMessage("the message ends inside a number");
      }
      byte b = array[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new MalformedMessage(NUMBER_TOO_LONG);
  }

  /** Reads a varint and keeps its lower 32 bits, as for enumerations. */
  public int int32() {
    if (at < limit && array[at] >= 0) {
      return array[at++];
    }
    return (int) int64();
  }

  /** Reads a varint as a truth value. */
  public boolean bool() {
    return int64() != 0;
  }

  /** Reads a byte field, sharing the array. */
  public Bytes bytes() {
    int length = length();
    Bytes field = Bytes.of(array, at, length);
    at += length;
    return field;
  }

  /**
   * Begins to read a message field in place: until {@link #leave}, {@link #tag} gives its fields.
   *
   * @return what to hand to {@link #leave}
   */
  public int enter() {
    int length = length();
    descend();
    int outer = limit;
    limit = at + length;
    return outer;
  }

  /** Goes back to the outer message, after {@link #tag} has returned 0. */
  public void leave(int outer) {
    limit = outer;
    depth--;
  }

  /**
   * Begins to read a packed repeated field: numbers follow until {@link #hasMore} denies.
   *
   * @return what to hand to {@link #leavePacked}
   */
  public int enterPacked() {
    int length = length();
    int outer = limit;
    limit = at + length;
    return outer;
  }

  /** Goes back to the message after a packed repeated field. */
  public void leavePacked(int outer) {
    limit = outer;
  }

  /** Whether the message or packed field at hand has another byte. */
  public boolean hasMore() {
    return at < limit;
  }

  /** Passes over the value of the unknown field whose tag was just read. */
  public void skip(int tag) {
    switch (tag & 7) {
      case VARINT -> int64();
      case FIXED64 -> advance(8);
      case DELIMITED -> advance(length());
      case GROUP -> skipGroup(tag);
      case FIXED32 -> advance(4);
      default -> throw new MalformedMessage("there is no wire type " + (tag & 7));
    }
  }

  private void skipGroup(int begin) {
    descend();
    while (true) {
      if (at == limit) {
        throw new MalformedMessage("the message ends inside a group");
      }
      int tag = int32();
      if (tag >>> 3 == 0) {
        throw new MalformedMessage("a field has the number 0");
      }
      if ((tag & 7) == GROUP_END) {
        if (tag >>> 3 != begin >>> 3) {
          throw new MalformedMessage("a group ends that did not begin");
        }
        depth--;
        return;
      }
      skip(tag);
    }
  }

  private void descend() {
    if (depth >= DEPTH_MAX) {
      throw new MalformedMessage("messages are nested deeper than " + DEPTH_MAX + " levels");
    }
    depth++;
  }

  private int length() {
    int length = int32();
    if (length < 0 || length > limit - at) {
      throw new MalformedMessage("a field is longer than its message");
    }
    return length;
  }

  private void advance(int count) {
    if (count > limit - at) {
      throw new MalformedMessage("the message ends inside a field");
    }
    at += count;
  }
}
