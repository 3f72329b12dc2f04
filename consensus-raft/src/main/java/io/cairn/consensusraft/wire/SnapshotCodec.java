// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.store.Bytes;
import java.util.zip.CRC32C;

/**
 * Frames of the channel of snapshots, one message each. Parts carry a CRC-32C of their content, and
 * are not compressed: that would be done by the member that everybody writes to.
 */
public final class SnapshotCodec {
  /** The version that this code writes, and the only one it reads. */
  public static final int VERSION = 1;

  // Codes: never renumber.
  private static final int BEGIN = 1;
  private static final int READY = 2;
  private static final int PART = 3;
  private static final int TAKEN = 4;
  private static final int END = 5;
  private static final int DONE = 6;
  private static final int CANCELLED = 7;

  private static final int HEADER_BYTES_MAX = 128;
  private static final int MEMBER_BYTES = 17;

  private SnapshotCodec() {}

  /**
   * What a frame says.
   *
   * @param incarnation which life of its directory the sender is
   */
  public record Frame(long from, long to, long incarnation, SnapshotMessage message) {}

  /** Writes a frame. */
  public static Bytes encode(Frame frame) {
    WireWriter out = new WireWriter(HEADER_BYTES_MAX);
    out.writeByte(VERSION);
    out.writeLong(frame.from());
    out.writeLong(frame.to());
    out.writeLong(frame.incarnation());
    SnapshotMessage message = frame.message();
    switch (message) {
      case SnapshotMessage.Begin begin -> {
        head(out, BEGIN, message);
        out.writeVarint(begin.term());
      }
      case SnapshotMessage.Ready ready -> {
        head(out, READY, message);
        out.writeBytes(ready.resumeFrom());
      }
      case SnapshotMessage.Part part -> {
        head(out, PART, message);
        out.writeVarint(part.sequence());
        out.writeLong(checksum(part.content()));
        out.writeBytes(part.content());
      }
      case SnapshotMessage.Taken taken -> {
        head(out, TAKEN, message);
        out.writeVarint(taken.next());
      }
      case SnapshotMessage.End end -> {
        head(out, END, message);
        out.writeVarint(end.sequence());
        write(out, end.point());
      }
      case SnapshotMessage.Done done -> {
        head(out, DONE, message);
        out.writeVarint(done.index());
      }
      case SnapshotMessage.Cancelled cancelled -> {
        head(out, CANCELLED, message);
        out.writeBytes(Bytes.utf8(cancelled.why()));
      }
    }
    return out.finish();
  }

  /**
   * Reads a frame.
   *
   * @throws MalformedException if it is none, damaged, or of a version that is not known
   */
  public static Frame decode(Bytes bytes) throws MalformedException {
    WireReader in = new WireReader(bytes);
    int version = in.readByte();
    if (version != VERSION) {
      throw new MalformedException("a snapshot frame of version " + version);
    }
    long from = in.readLong();
    long to = in.readLong();
    long incarnation = in.readLong();
    int code = in.readByte();
    long transfer = in.readLong();
    SnapshotMessage message =
        switch (code) {
          case BEGIN -> new SnapshotMessage.Begin(transfer, in.readVarint());
          case READY -> new SnapshotMessage.Ready(transfer, in.readBytes());
          case PART -> new SnapshotMessage.Part(transfer, in.readVarint(), readPart(in));
          case TAKEN -> new SnapshotMessage.Taken(transfer, in.readVarint());
          case END -> new SnapshotMessage.End(transfer, in.readVarint(), readPoint(in));
          case DONE -> new SnapshotMessage.Done(transfer, in.readVarint());
          case CANCELLED -> new SnapshotMessage.Cancelled(transfer, in.readBytes().toUtf8());
          default -> throw new MalformedException("no snapshot message has code " + code);
        };
    in.expectEnd();
    return new Frame(from, to, incarnation, message);
  }

  private static void head(WireWriter out, int code, SnapshotMessage message) {
    out.writeByte(code);
    out.writeLong(message.transfer());
  }

  private static Bytes readPart(WireReader in) throws MalformedException {
    long checksum = in.readLong();
    Bytes content = in.readBytes();
    if (checksum(content) != checksum) {
      throw new MalformedException("a part that was changed on its way");
    }
    return content;
  }

  private static long checksum(Bytes content) {
    CRC32C crc = new CRC32C();
    crc.update(content.array(), content.offset(), content.length());
    return crc.getValue();
  }

  private static void write(WireWriter out, SnapshotPoint point) {
    out.writeVarint(point.index());
    out.writeVarint(point.term());
    out.writeVarint(point.configuration().members().size());
    for (Configuration.Member member : point.configuration().members()) {
      out.writeLong(member.id());
      out.writeByte(member.learner() ? 1 : 0);
      out.writeLong(member.incarnation());
    }
  }

  private static SnapshotPoint readPoint(WireReader in) throws MalformedException {
    long index = in.readVarint();
    long term = in.readVarint();
    Configuration configuration = Configuration.EMPTY;
    for (int count = in.readCount(MEMBER_BYTES); count > 0; count--) {
      long id = in.readLong();
      boolean learner = in.readBoolean();
      configuration = configuration.with(new Configuration.Member(id, learner, in.readLong()));
    }
    return new SnapshotPoint(index, term, configuration);
  }
}
