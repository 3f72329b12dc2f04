// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.Message.Header;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Frames of the channel of consensus: who speaks to whom, then messages until the end. Everything a
 * member says to another at one moment can share a frame.
 *
 * <p>Payloads are copied once into a frame, and not at all out of it: what {@link #decode} yields
 * shares the frame's array.
 */
public final class FrameCodec {
  /** The version that this code writes, and the only one it reads. */
  public static final int VERSION = 1;

  // Codes of messages and of what is known about an entry's origin: never renumber.
  private static final int VOTE_REQUEST = 1;
  private static final int VOTE_RESPONSE = 2;
  private static final int APPEND_REQUEST = 3;
  private static final int APPEND_ACCEPTED = 4;
  private static final int APPEND_REJECTED = 5;
  private static final int HEARTBEAT = 6;
  private static final int HEARTBEAT_RESPONSE = 7;
  private static final int TIMEOUT_NOW = 8;
  private static final int READ_INDEX_REQUEST = 9;
  private static final int READ_INDEX_RESPONSE = 10;
  private static final int STALE_TERM = 11;
  private static final int COMMIT_NOTICE = 12;
  private static final int FORWARD = 32;
  private static final int REFUSED = 33;

  private static final int ORIGIN_UNKNOWN = 0;
  private static final int NOT_FORWARDED = 1;
  private static final int FORWARDED = 2;

  private static final int ENTRY_BYTES_MIN = 6;
  private static final int ENTRY_OVERHEAD_MAX = 64;

  private FrameCodec() {}

  /**
   * What a frame says.
   *
   * @param sender who speaks
   */
  public record Frame(Sender sender, long to, List<PeerMessage> messages) {}

  /**
   * Who speaks, and what shows that it has not forgotten anything.
   *
   * @param id the member
   * @param incarnation which life of its directory it is
   * @param boot how often it has been started
   * @param recoveredIndex the last entry of its log when it was started last
   */
  public record Sender(long id, long incarnation, long boot, long recoveredIndex) {}

  /** A frame that is being written. */
  public static final class Writer {
    private static final int INITIAL_BYTES = 256;

    private final WireWriter out = new WireWriter(INITIAL_BYTES);

    /** A frame from one member to another. */
    public Writer(Sender sender, long to) {
      out.writeByte(VERSION);
      out.writeLong(sender.id);
      out.writeLong(to);
      out.writeLong(sender.incarnation);
      out.writeVarint(sender.boot);
      out.writeVarint(sender.recoveredIndex);
    }

    /** Adds a message, whose sender, receiver and incarnation are those of the frame. */
    public void add(PeerMessage message) {
      switch (message) {
        case PeerMessage.Raft raft -> write(out, raft.message());
        case PeerMessage.Forward forward -> write(out, forward);
        case PeerMessage.Refused refused -> {
          out.writeByte(REFUSED);
          out.writeVarint(refused.boot());
          out.writeVarint(refused.sequence());
          out.writeByte(refused.reason().code());
        }
      }
    }

    /** How many bytes the frame has. */
    public int size() {
      return out.size();
    }

    /** The frame; nothing can be added any more. */
    public Bytes finish() {
      return out.finish();
    }
  }

  /** A frame with these messages. */
  public static Bytes encode(Frame frame) {
    Writer writer = new Writer(frame.sender(), frame.to());
    frame.messages().forEach(writer::add);
    return writer.finish();
  }

  /**
   * Reads a frame.
   *
   * @throws MalformedException if it is none, or one of a version that is not known
   */
  public static Frame decode(Bytes bytes) throws MalformedException {
    WireReader in = new WireReader(bytes);
    int version = in.readByte();
    if (version != VERSION) {
      throw new MalformedException("a frame of version " + version);
    }
    long from = in.readLong();
    long to = in.readLong();
    long incarnation = in.readLong();
    Sender sender = new Sender(from, incarnation, in.readVarint(), in.readVarint());
    List<PeerMessage> messages = new ArrayList<>(4);
    while (in.hasMore()) {
      messages.add(read(in, from, to, incarnation));
    }
    return new Frame(sender, to, messages);
  }

  private static void write(WireWriter out, PeerMessage.Forward forward) {
    int size = ENTRY_OVERHEAD_MAX;
    for (PeerMessage.Item item : forward.items()) {
      size += item.payload().length() + ENTRY_OVERHEAD_MAX;
    }
    out.reserve(size);
    out.writeByte(FORWARD);
    out.writeVarint(forward.term());
    out.writeVarint(forward.boot());
    out.writeVarint(forward.firstSequence());
    out.writeVarint(forward.items().size());
    for (PeerMessage.Item item : forward.items()) {
      out.writeByte(item.change() ? 1 : 0);
      out.writeBytes(item.payload());
    }
  }

  private static void write(WireWriter out, Message message) {
    switch (message) {
      case Message.VoteRequest request -> {
        begin(out, VOTE_REQUEST, request.header());
        writeBoolean(out, request.pre());
        writeBoolean(out, request.forced());
        out.writeVarint(request.lastIndex());
        out.writeVarint(request.lastTerm());
      }
      case Message.VoteResponse response -> {
        begin(out, VOTE_RESPONSE, response.header());
        writeBoolean(out, response.pre());
        writeBoolean(out, response.granted());
      }
      case Message.AppendRequest request -> writeAppend(out, request);
      case Message.CommitNotice notice -> {
        begin(out, COMMIT_NOTICE, notice.header());
        out.writeVarint(notice.index());
        out.writeVarint(notice.term());
        out.writeVarint(notice.commit());
      }
      case Message.AppendAccepted accepted -> {
        begin(out, APPEND_ACCEPTED, accepted.header());
        out.writeVarint(accepted.match());
      }
      case Message.AppendRejected rejected -> {
        begin(out, APPEND_REJECTED, rejected.header());
        out.writeVarint(rejected.rejectedIndex());
        out.writeVarint(rejected.hintIndex());
        out.writeVarint(rejected.hintTerm());
      }
      case Message.Heartbeat heartbeat -> {
        begin(out, HEARTBEAT, heartbeat.header());
        out.writeVarint(heartbeat.commit());
        out.writeVarint(heartbeat.round());
      }
      case Message.HeartbeatResponse response -> {
        begin(out, HEARTBEAT_RESPONSE, response.header());
        out.writeVarint(response.round());
      }
      case Message.InstallSnapshot _ ->
          throw new IllegalArgumentException("states travel on a channel of their own");
      case Message.TimeoutNow timeout -> begin(out, TIMEOUT_NOW, timeout.header());
      case Message.ReadIndexRequest request -> {
        begin(out, READ_INDEX_REQUEST, request.header());
        out.writeVarint(request.request());
      }
      case Message.ReadIndexResponse response -> {
        begin(out, READ_INDEX_RESPONSE, response.header());
        out.writeVarint(response.request());
        out.writeVarint(response.index());
      }
      case Message.StaleTerm stale -> begin(out, STALE_TERM, stale.header());
    }
  }

  private static void begin(WireWriter out, int code, Header header) {
    out.writeByte(code);
    out.writeVarint(header.term());
  }

  private static void writeBoolean(WireWriter out, boolean value) {
    out.writeByte(value ? 1 : 0);
  }

  private static void writeAppend(WireWriter out, Message.AppendRequest request) {
    int size = ENTRY_OVERHEAD_MAX;
    for (Entry entry : request.entries()) {
      size += entry.payload().length() + ENTRY_OVERHEAD_MAX;
    }
    out.reserve(size);
    begin(out, APPEND_REQUEST, request.header());
    out.writeVarint(request.prevIndex());
    out.writeVarint(request.prevTerm());
    out.writeVarint(request.commit());
    out.writeVarint(request.entries().size());
    for (Entry entry : request.entries()) {
      out.writeVarint(entry.term());
      out.writeByte(entry.kind().code());
      out.writeByte(entry.format());
      out.writeByte(entry.flags());
      writeOrigin(out, entry.origin());
      out.writeBytes(entry.payload());
    }
  }

  private static void writeOrigin(WireWriter out, @Nullable Object origin) {
    if (origin == null) {
      out.writeByte(ORIGIN_UNKNOWN);
    } else if (origin instanceof Forwarded forwarded && forwarded.member() != 0) {
      out.writeByte(FORWARDED);
      out.writeLong(forwarded.member());
      out.writeVarint(forwarded.boot());
      out.writeVarint(forwarded.sequence());
    } else {
      out.writeByte(NOT_FORWARDED);
    }
  }

  private static PeerMessage read(WireReader in, long from, long to, long incarnation)
      throws MalformedException {
    int code = in.readByte();
    if (code == FORWARD) {
      return readForward(in);
    }
    if (code == REFUSED) {
      return new PeerMessage.Refused(
          in.readVarint(), in.readVarint(), PeerMessage.Refusal.ofCode(in.readByte()));
    }
    Header header = new Header(from, to, in.readVarint(), incarnation);
    return new PeerMessage.Raft(
        switch (code) {
          case VOTE_REQUEST ->
              new Message.VoteRequest(
                  header, in.readBoolean(), in.readBoolean(), in.readVarint(), in.readVarint());
          case VOTE_RESPONSE ->
              new Message.VoteResponse(header, in.readBoolean(), in.readBoolean());
          case APPEND_REQUEST -> readAppend(in, header);
          case APPEND_ACCEPTED -> new Message.AppendAccepted(header, in.readVarint());
          case APPEND_REJECTED ->
              new Message.AppendRejected(header, in.readVarint(), in.readVarint(), in.readVarint());
          case HEARTBEAT -> new Message.Heartbeat(header, in.readVarint(), in.readVarint());
          case HEARTBEAT_RESPONSE -> new Message.HeartbeatResponse(header, in.readVarint());
          case TIMEOUT_NOW -> new Message.TimeoutNow(header);
          case READ_INDEX_REQUEST -> new Message.ReadIndexRequest(header, in.readVarint());
          case READ_INDEX_RESPONSE ->
              new Message.ReadIndexResponse(header, in.readVarint(), in.readVarint());
          case STALE_TERM -> new Message.StaleTerm(header);
          case COMMIT_NOTICE ->
              new Message.CommitNotice(header, in.readVarint(), in.readVarint(), in.readVarint());
          default -> throw new MalformedException("no message has code " + code);
        });
  }

  private static PeerMessage.Forward readForward(WireReader in) throws MalformedException {
    long term = in.readVarint();
    long boot = in.readVarint();
    long first = in.readVarint();
    int count = in.readCount(2);
    List<PeerMessage.Item> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(new PeerMessage.Item(in.readBoolean(), in.readBytes()));
    }
    return new PeerMessage.Forward(term, boot, first, items);
  }

  private static Message.AppendRequest readAppend(WireReader in, Header header)
      throws MalformedException {
    long prevIndex = in.readVarint();
    long prevTerm = in.readVarint();
    long commit = in.readVarint();
    int count = in.readCount(ENTRY_BYTES_MIN);
    if (prevIndex > Long.MAX_VALUE - count) {
      throw new MalformedException("entries behind the last possible one");
    }
    List<Entry> entries = new ArrayList<>(count);
    long term = prevTerm;
    for (int i = 0; i < count; i++) {
      Entry entry = readEntry(in, prevIndex + 1 + i);
      if (entry.term() < term || entry.term() > header.term()) {
        throw new MalformedException("an entry of term " + entry.term() + " behind term " + term);
      }
      term = entry.term();
      entries.add(entry);
    }
    return new Message.AppendRequest(header, prevIndex, prevTerm, entries, commit);
  }

  private static Entry readEntry(WireReader in, long index) throws MalformedException {
    long term = in.readVarint();
    EntryKind kind = readKind(in.readByte());
    byte format = (byte) in.readByte();
    byte flags = (byte) in.readByte();
    Forwarded origin =
        switch (in.readByte()) {
          case ORIGIN_UNKNOWN -> null;
          case NOT_FORWARDED -> Forwarded.BY_NOBODY;
          case FORWARDED -> new Forwarded(in.readLong(), in.readVarint(), in.readVarint());
          default -> throw new MalformedException("an origin of unknown kind");
        };
    return new Entry(index, term, kind, format, flags, in.readBytes(), origin);
  }

  private static EntryKind readKind(int code) throws MalformedException {
    try {
      return EntryKind.ofCode(code);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(String.valueOf(e.getMessage()));
    }
  }
}
