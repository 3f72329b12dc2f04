// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.peer;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * How questions and answers between kernels are written: a byte for the version, a byte for the
 * kind, then the fields in order, numbers as eight bytes, big endian.
 *
 * <p>A member that does not know a version or a kind fails the request, and the one that asked goes
 * on trying until another member leads or its time is over. So a release may add kinds, and asks
 * only what the release before answers until all members have been updated.
 */
final class PeerCodec {
  private static final byte VERSION = 1;
  private static final byte KEEP_ALIVE = 1;
  private static final byte TIME_TO_LIVE = 2;
  private static final byte PROMOTE = 3;
  private static final byte REFUSED = 4;
  private static final byte NOT_NOW = 5;
  private static final int HEAD_BYTES = 2;

  /** The refusals that are final, by their number on the wire. */
  private static final List<Reason> REFUSALS =
      List.of(
          new Reason.MemberNotFound(),
          new Reason.MemberNotLearner(),
          new Reason.LearnerNotReady(),
          new Reason.NotEnoughStarted());

  private PeerCodec() {}

  static Bytes encode(PeerRequest request) {
    return switch (request) {
      case PeerRequest.KeepAlive(long lease) -> message(KEEP_ALIVE, lease);
      case PeerRequest.TimeToLive(long lease, boolean keys) ->
          message(TIME_TO_LIVE, lease, keys ? 1 : 0);
      case PeerRequest.Promote(long member) -> message(PROMOTE, member);
    };
  }

  /** Fails with {@link IllegalArgumentException} on what this version does not know. */
  static PeerRequest decodeRequest(Bytes message) {
    ByteBuffer in = open(message);
    try {
      byte kind = in.get();
      return switch (kind) {
        case KEEP_ALIVE -> new PeerRequest.KeepAlive(in.getLong());
        case TIME_TO_LIVE -> new PeerRequest.TimeToLive(in.getLong(), in.getLong() != 0);
        case PROMOTE -> new PeerRequest.Promote(in.getLong());
        default -> throw new IllegalArgumentException("a request of unknown kind " + kind);
      };
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a request is cut short", e);
    }
  }

  static Bytes encode(PeerAnswer answer) {
    return switch (answer) {
      case PeerAnswer.KeptAlive(long ttl) -> message(KEEP_ALIVE, ttl);
      case PeerAnswer.TimeToLive(long ttl, long granted, List<Bytes> keys) ->
          timeToLive(ttl, granted, keys);
      case PeerAnswer.Promoted(long index) -> message(PROMOTE, index);
      case PeerAnswer.Refused(Reason reason) -> {
        int number = REFUSALS.indexOf(reason);
        yield number < 0 ? message(NOT_NOW) : message(REFUSED, number);
      }
      case PeerAnswer.NotNow() -> message(NOT_NOW);
    };
  }

  /** Fails with {@link IllegalArgumentException} on what this version does not know. */
  static PeerAnswer decodeAnswer(Bytes message) {
    ByteBuffer in = open(message);
    try {
      byte kind = in.get();
      return switch (kind) {
        case KEEP_ALIVE -> new PeerAnswer.KeptAlive(in.getLong());
        case TIME_TO_LIVE ->
            new PeerAnswer.TimeToLive(in.getLong(), in.getLong(), keys(in, in.getLong()));
        case PROMOTE -> new PeerAnswer.Promoted(in.getLong());
        case REFUSED -> refused(in.getLong());
        case NOT_NOW -> new PeerAnswer.NotNow();
        default -> throw new IllegalArgumentException("an answer of unknown kind " + kind);
      };
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("an answer is cut short", e);
    }
  }

  private static PeerAnswer refused(long number) {
    return number >= 0 && number < REFUSALS.size()
        ? new PeerAnswer.Refused(REFUSALS.get((int) number))
        : new PeerAnswer.NotNow();
  }

  private static Bytes timeToLive(long ttl, long granted, List<Bytes> keys) {
    int size = HEAD_BYTES + 3 * Long.BYTES;
    for (Bytes key : keys) {
      size = Math.addExact(size, Integer.BYTES + key.length());
    }
    ByteBuffer out = ByteBuffer.allocate(size).put(VERSION).put(TIME_TO_LIVE);
    out.putLong(ttl).putLong(granted).putLong(keys.size());
    for (Bytes key : keys) {
      out.putInt(key.length()).put(key.array(), key.offset(), key.length());
    }
    return Bytes.of(out.array());
  }

  private static List<Bytes> keys(ByteBuffer in, long count) {
    List<Bytes> keys = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new IllegalArgumentException("a key of " + length + " bytes");
      }
      byte[] key = new byte[length];
      in.get(key);
      keys.add(Bytes.of(key));
    }
    return keys;
  }

  private static Bytes message(byte kind, long... numbers) {
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + numbers.length * Long.BYTES);
    out.put(VERSION).put(kind);
    for (long number : numbers) {
      out.putLong(number);
    }
    return Bytes.of(out.array());
  }

  private static ByteBuffer open(Bytes message) {
    ByteBuffer in = message.asByteBuffer();
    if (in.remaining() < HEAD_BYTES) {
      throw new IllegalArgumentException("a message between members is cut short");
    }
    byte version = in.get();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "a message between members of version " + version + "; this version reads " + VERSION);
    }
    return in;
  }
}
