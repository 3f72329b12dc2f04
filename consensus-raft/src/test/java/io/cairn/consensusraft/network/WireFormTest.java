// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.fakes.RunSeeds;
import io.cairn.spi.store.Bytes;
import io.grpc.Drainable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes that members exchange: other versions read them, so they stay as they are. */
final class WireFormTest {
  private static final List<Frame> FRAMES =
      List.of(
          Frame.message(Bytes.utf8("m")),
          new Frame(Frame.Kind.REQUEST, 0x0102, Bytes.utf8("q")),
          new Frame(Frame.Kind.ANSWER, -1, Bytes.EMPTY),
          new Frame(Frame.Kind.FAILURE, 1, Bytes.utf8("no")),
          Frame.PING,
          Frame.PONG);

  private static final String ENCODED =
      "00000002"
          + "00"
          + "6d"
          + "0000000a"
          + "01"
          + "0000000000000102"
          + "71"
          + "00000009"
          + "02"
          + "ffffffffffffffff"
          + "0000000b"
          + "03"
          + "0000000000000001"
          + "6e6f"
          + "00000001"
          + "04"
          + "00000001"
          + "05";

  private static List<Frame> read(byte[] bytes) throws MalformedInput {
    return new Batch.Incoming(Bytes.of(bytes)).frames();
  }

  @Test
  void framesAreWrittenAsTheyAlwaysWere() throws IOException {
    ByteArrayOutputStream drained = new ByteArrayOutputStream();

    try (InputStream stream = Batch.MARSHALLER.stream(new Batch.Outgoing(FRAMES))) {
      assertThat(stream.available()).isEqualTo(ENCODED.length() / 2);
      assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(ENCODED.length() / 2);
      assertThat(stream.available()).isZero();
    }
    assertThat(HexFormat.of().formatHex(drained.toByteArray())).isEqualTo(ENCODED);
    try (InputStream stream = Batch.MARSHALLER.stream(new Batch.Outgoing(FRAMES))) {
      assertThat(stream.readAllBytes()).isEqualTo(drained.toByteArray());
    }
  }

  @Test
  void framesAreReadAsTheyWereWritten() throws MalformedInput {
    assertThat(read(HexFormat.of().parseHex(ENCODED))).isEqualTo(FRAMES);
    assertThat(read(new byte[0])).isEmpty();
  }

  @Test
  void greetingIsWrittenAsItAlwaysWas() throws MalformedInput {
    Hello hello = new Hello(1, 2, 3, 4, 5, List.of("http://a:1"));

    byte[] bytes = hello.encode();

    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "0001"
                + "0001"
                + "0000000000000001"
                + "0000000000000002"
                + "0000000000000003"
                + "0000000000000004"
                + "0000000000000005"
                + "01"
                + "000a"
                + "687474703a2f2f613a31");
    assertThat(Hello.parse(bytes)).isEqualTo(hello);
  }

  @Test
  void greetingOfALaterVersionIsReadIfThatStillSpeaksThisOne() throws MalformedInput {
    Hello hello = new Hello(1, 2, 3, 4, 5, List.of());
    byte[] later = Arrays.copyOf(hello.encode(), hello.encode().length + 9);
    later[1] = 7;

    assertThat(Hello.parse(later)).isEqualTo(hello);

    later[3] = 2;
    assertThatThrownBy(() -> Hello.parse(later))
        .isInstanceOf(MalformedInput.class)
        .hasMessage("it speaks versions 2 to 7 of the peer protocol, this member 1 to 1");
  }

  static Stream<Long> seeds() {
    return RunSeeds.with(1);
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("seeds")
  void brokenBytesAreReadOrRefusedAndNothingElse(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] frames = HexFormat.of().parseHex(ENCODED);
      byte[] greeting = new Hello(1, 2, 3, 4, 5, List.of("http://a:1", "b")).encode();
      damage(frames, random);
      damage(greeting, random);
      byte[] shorter = Arrays.copyOf(frames, random.nextInt(frames.length + 1));

      refusesOrReads(() -> assertThat(read(frames)).isNotNull());
      refusesOrReads(() -> assertThat(read(shorter)).isNotNull());
      refusesOrReads(() -> assertThat(Hello.parse(greeting)).isNotNull());
      refusesOrReads(() ->
          assertThat(Hello.parse(Arrays.copyOf(greeting, random.nextInt(greeting.length + 1))))
              .isNotNull());
    }
  }

  private static void damage(byte[] bytes, SplittableRandom random) {
    for (int i = random.nextInt(4); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
  }

  /** Reads something that may be damaged. */
  private interface Reading {
    void read() throws MalformedInput;
  }

  private static void refusesOrReads(Reading reading) {
    try {
      reading.read();
    } catch (MalformedInput e) {
      assertThat(e.reason()).isNotEmpty();
    }
  }
}
