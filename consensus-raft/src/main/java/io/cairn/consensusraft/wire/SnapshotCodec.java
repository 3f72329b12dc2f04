// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.store.Bytes;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Frames of the channel of snapshots, one message each. Parts are compressed where that saves
 * something, and carry a CRC-32C of what they were before.
 *
 * <p>Belongs to one lane: the compressor has memory outside the heap, which {@link #close} frees.
 */
public final class SnapshotCodec implements AutoCloseable {
  /** The version that this code writes, and the only one it reads. */
  public static final int VERSION = 1;

  /** The largest part that is believed; those of a state machine are about a mebibyte. */
  public static final int PART_BYTES_MAX = 32 << 20;

  // Codes: never renumber.
  private static final int BEGIN = 1;
  private static final int READY = 2;
  private static final int PART = 3;
  private static final int TAKEN = 4;
  private static final int END = 5;
  private static final int DONE = 6;
  private static final int CANCELLED = 7;
  private static final int PLAIN = 0;
  private static final int DEFLATED = 1;

  private static final int COMPRESSED_FROM_BYTES = 256;

  /** What of a part is tried first: where it does not shrink, the rest hardly will. */
  private static final int SAMPLE_BYTES = 8 << 10;

  private static final int HEADER_BYTES_MAX = 128;
  private static final int MEMBER_BYTES = 17;

  private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
  private final Inflater inflater = new Inflater(true);
  private final CRC32C crc = new CRC32C();
  private byte[] compressed = new byte[0];

  /**
   * What a frame says.
   *
   * @param incarnation which life of its directory the sender is
   */
  public record Frame(long from, long to, long incarnation, SnapshotMessage message) {}

  /** Writes a frame. */
  public Bytes encode(Frame frame) {
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
        writePart(out, part.content());
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
  public Frame decode(Bytes bytes) throws MalformedException {
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

  @Override
  public void close() {
    deflater.end();
    inflater.end();
  }

  private static void head(WireWriter out, int code, SnapshotMessage message) {
    out.writeByte(code);
    out.writeLong(message.transfer());
  }

  private void writePart(WireWriter out, Bytes content) {
    Bytes packed = content.length() < COMPRESSED_FROM_BYTES ? null : deflate(content);
    out.writeByte(packed == null ? PLAIN : DEFLATED);
    out.writeVarint(content.length());
    out.writeLong(checksum(content));
    out.writeBytes(packed == null ? content : packed);
  }

  /**
   * The content compressed, or null if that saves less than an eighth. Random or already compressed
   * values are given up after a sample: to try them whole would cost the member that everybody
   * writes to some twenty seconds of a processor per gigabyte.
   */
  private @Nullable Bytes deflate(Bytes content) {
    if (content.length() > 2 * SAMPLE_BYTES && deflated(content.slice(0, SAMPLE_BYTES)) == 0) {
      return null;
    }
    int size = deflated(content);
    return size == 0 ? null : Bytes.of(compressed, 0, size);
  }

  /** Compresses and returns the size, or 0 if that saves less than an eighth. */
  private int deflated(Bytes content) {
    int worthwhile = content.length() - content.length() / 8;
    if (compressed.length < worthwhile) {
      compressed = new byte[worthwhile];
    }
    deflater.reset();
    deflater.setInput(content.array(), content.offset(), content.length());
    deflater.finish();
    int size = deflater.deflate(compressed, 0, worthwhile);
    return deflater.finished() ? size : 0;
  }

  private Bytes readPart(WireReader in) throws MalformedException {
    int packing = in.readByte();
    long length = in.readVarint();
    long checksum = in.readLong();
    Bytes packed = in.readBytes();
    if (length > PART_BYTES_MAX) {
      throw new MalformedException("a part of " + length + " bytes");
    }
    Bytes content =
        switch (packing) {
          case PLAIN -> packed;
          case DEFLATED -> inflate(packed, (int) length);
          default -> throw new MalformedException("a part of unknown packing " + packing);
        };
    if (content.length() != length || checksum(content) != checksum) {
      throw new MalformedException("a part that was changed on its way");
    }
    return content;
  }

  private Bytes inflate(Bytes packed, int length) throws MalformedException {
    // Deflate gains at most a factor of 1032: more is a lie, and would cost memory.
    if (length / 1032 > packed.length()) {
      throw new MalformedException(length + " bytes cannot come from " + packed.length());
    }
    byte[] content = new byte[length];
    inflater.reset();
    inflater.setInput(packed.array(), packed.offset(), packed.length());
    try {
      int size = 0;
      while (size < length && !inflater.finished()) {
        int more = inflater.inflate(content, size, length - size);
        if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          throw new MalformedException("a part that ends too early");
        }
        size += more;
      }
      return size == length ? Bytes.of(content) : Bytes.of(Arrays.copyOf(content, size));
    } catch (DataFormatException e) {
      throw new MalformedException("a part that cannot be unpacked");
    }
  }

  private long checksum(Bytes content) {
    crc.reset();
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
