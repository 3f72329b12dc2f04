// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.Message.Header;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.consensusraft.wire.FrameCodec.Frame;
import io.cairn.consensusraft.wire.PeerMessage.Refusal;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class FrameCodecTest {
  private static final long FROM = 0x8e9e05c52164694dL;
  private static final long TO = 2;
  private static final long INCARNATION = -3;
  private static final FrameCodec.Sender SENDER = new FrameCodec.Sender(FROM, INCARNATION, 4, 99);

  private static PeerMessage random(Random dice) {
    Header header = new Header(FROM, TO, number(dice), INCARNATION);
    return switch (dice.nextInt(14)) {
      case 0 ->
          new PeerMessage.Raft(
              new Message.VoteRequest(
                  header, dice.nextBoolean(), dice.nextBoolean(), number(dice), number(dice)));
      case 1 ->
          new PeerMessage.Raft(
              new Message.VoteResponse(header, dice.nextBoolean(), dice.nextBoolean()));
      case 2 -> new PeerMessage.Raft(append(dice));
      case 3 -> new PeerMessage.Raft(new Message.AppendAccepted(header, number(dice)));
      case 4 ->
          new PeerMessage.Raft(
              new Message.AppendRejected(header, number(dice), number(dice), number(dice)));
      case 5 -> new PeerMessage.Raft(new Message.Heartbeat(header, number(dice), number(dice)));
      case 6 -> new PeerMessage.Raft(new Message.HeartbeatResponse(header, number(dice)));
      case 7 -> new PeerMessage.Raft(new Message.TimeoutNow(header));
      case 8 -> new PeerMessage.Raft(new Message.ReadIndexRequest(header, number(dice)));
      case 9 ->
          new PeerMessage.Raft(new Message.ReadIndexResponse(header, number(dice), number(dice)));
      case 10 -> new PeerMessage.Raft(new Message.StaleTerm(header));
      case 11 ->
          new PeerMessage.Raft(
              new Message.CommitNotice(header, number(dice), number(dice), number(dice)));
      case 12 -> {
        List<PeerMessage.Item> items = new ArrayList<>();
        for (int i = dice.nextInt(4); i > 0; i--) {
          items.add(new PeerMessage.Item(dice.nextBoolean(), payload(dice)));
        }
        yield new PeerMessage.Forward(number(dice), number(dice), number(dice), items);
      }
      default ->
          new PeerMessage.Refused(
              number(dice), number(dice), List.of(Refusal.values()).get(dice.nextInt(4)));
    };
  }

  private static Message append(Random dice) {
    long term = dice.nextInt(100);
    long prevTerm = term;
    long prevIndex = number(dice) >>> 1;
    List<Entry> entries = new ArrayList<>();
    for (int i = dice.nextInt(5); i > 0; i--) {
      term += dice.nextInt(3);
      Object origin =
          switch (dice.nextInt(3)) {
            case 0 -> null;
            case 1 -> Forwarded.BY_NOBODY;
            default -> new Forwarded(dice.nextLong() | 1, number(dice), number(dice));
          };
      entries.add(
          new Entry(
              prevIndex + entries.size() + 1,
              term,
              List.of(EntryKind.values()).get(dice.nextInt(3)),
              (byte) dice.nextInt(),
              (byte) dice.nextInt(),
              payload(dice),
              origin));
    }
    return new Message.AppendRequest(
        new Header(FROM, TO, term, INCARNATION), prevIndex, prevTerm, entries, number(dice));
  }

  private static Bytes payload(Random dice) {
    byte[] bytes = new byte[dice.nextInt(3) == 0 ? dice.nextInt(300) : dice.nextInt(10)];
    dice.nextBytes(bytes);
    return Bytes.of(bytes);
  }

  /** Not negative, of any length. */
  private static long number(Random dice) {
    return dice.nextLong() >>> (1 + dice.nextInt(63));
  }

  private static Frame frame(Random dice) {
    List<PeerMessage> messages = new ArrayList<>();
    for (int i = dice.nextInt(5); i >= 0; i--) {
      messages.add(random(dice));
    }
    return new Frame(SENDER, TO, messages);
  }

  private static List<Object> origins(Frame frame) {
    List<Object> origins = new ArrayList<>();
    for (PeerMessage message : frame.messages()) {
      if (message instanceof PeerMessage.Raft(Message.AppendRequest append)) {
        append.entries().forEach(entry -> origins.add(String.valueOf(entry.origin())));
      }
    }
    return origins;
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.consensusraft.fakes.RunSeeds#ofClusters")
  void whatWasWrittenIsReadBackWithItsOrigins(long seed) throws MalformedException {
    Random dice = new Random(seed);
    for (int i = 0; i < 100; i++) {
      Frame frame = frame(dice);

      Frame read = FrameCodec.decode(FrameCodec.encode(frame));

      assertThat(read).isEqualTo(frame);
      assertThat(origins(read)).isEqualTo(origins(frame));
    }
  }

  /** Whatever arrives is refused or read, without other errors and without large allocations. */
  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.consensusraft.fakes.RunSeeds#ofClusters")
  void changedBytesAreRefusedOrReadAsSomethingElse(long seed) {
    Random dice = new Random(seed);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = FrameCodec.encode(frame(dice)).toByteArray();
      for (int changes = 1 + dice.nextInt(4); changes > 0; changes--) {
        bytes[dice.nextInt(bytes.length)] = (byte) dice.nextInt();
      }
      int length = dice.nextInt(4) == 0 ? dice.nextInt(bytes.length + 1) : bytes.length;

      Throwable thrown = null;
      try {
        FrameCodec.decode(Bytes.of(bytes, 0, length));
      } catch (MalformedException e) {
        thrown = e;
      }

      assertThat(thrown == null || thrown.getMessage() != null).isTrue();
    }
  }

  @Test
  void anAnnouncedMillionOfEntriesIsNotBelieved() {
    byte[] bytes = FrameCodec.encode(new Frame(SENDER, TO, List.of())).toByteArray();
    byte[] lying = Arrays.copyOf(bytes, bytes.length + 12);
    byte[] append = {3, 5, 0, 0, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
    System.arraycopy(append, 0, lying, bytes.length, append.length);

    assertThatThrownBy(() -> FrameCodec.decode(Bytes.of(lying)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("announced");
  }

  @Test
  void anotherVersionIsRefusedByItsNumber() {
    byte[] bytes = FrameCodec.encode(new Frame(SENDER, TO, List.of())).toByteArray();
    bytes[0] = 9;

    assertThatThrownBy(() -> FrameCodec.decode(Bytes.of(bytes)))
        .isInstanceOf(MalformedException.class)
        .hasMessage("a frame of version 9");
  }

  @Test
  void aStateIsNeverTakenFromThisChannel() {
    Message install =
        new Message.InstallSnapshot(
            new Header(FROM, TO, 1, INCARNATION), new SnapshotPoint(1, 1, Configuration.EMPTY));

    assertThatThrownBy(
            () -> FrameCodec.encode(new Frame(SENDER, TO, List.of(new PeerMessage.Raft(install)))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
