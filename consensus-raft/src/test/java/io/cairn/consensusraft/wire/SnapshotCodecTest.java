// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.wire.SnapshotCodec.Frame;
import io.cairn.spi.store.Bytes;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SnapshotCodecTest {
  private static final int PART_BYTES = 1 << 20;

  private final SnapshotCodec codec = new SnapshotCodec();

  @AfterEach
  void close() {
    codec.close();
  }

  @Test
  void textTravelsCompressed() throws MalformedException {
    byte[] content = new byte[PART_BYTES];
    Arrays.fill(content, (byte) 'x');

    Bytes frame = codec.encode(part(content));

    assertThat(frame.length()).isLessThan(PART_BYTES / 100);
    assertThat(codec.decode(frame)).isEqualTo(part(content));
  }

  @Test
  void randomBytesTravelAsTheyAre() throws MalformedException {
    byte[] content = random(PART_BYTES);

    Bytes frame = codec.encode(part(content));

    assertThat(frame.length()).isBetween(PART_BYTES, PART_BYTES + 100);
    assertThat(codec.decode(frame)).isEqualTo(part(content));
  }

  /** Nothing is lost but the gain. */
  @Test
  void aPartIsJudgedByItsBeginning() throws MalformedException {
    byte[] content = Arrays.copyOf(random(PART_BYTES / 8), PART_BYTES);

    Bytes frame = codec.encode(part(content));

    assertThat(frame.length()).isGreaterThan(PART_BYTES);
    assertThat(codec.decode(frame)).isEqualTo(part(content));
  }

  @Test
  void aPartThatWasChangedOnItsWayIsRefused() {
    byte[] frame = codec.encode(part(random(PART_BYTES))).toByteArray();
    frame[frame.length / 2] ^= 1;

    assertThatThrownBy(() -> codec.decode(Bytes.of(frame)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("changed on its way");
  }

  private static Frame part(byte[] content) {
    return new Frame(1, 2, 3, new SnapshotMessage.Part(4, 5, Bytes.of(content)));
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(1).nextBytes(bytes);
    return bytes;
  }
}
