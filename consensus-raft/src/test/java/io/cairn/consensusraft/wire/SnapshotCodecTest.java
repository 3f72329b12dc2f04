// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.wire.SnapshotCodec.Frame;
import io.cairn.spi.store.Bytes;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SnapshotCodecTest {
  private static final int PART_BYTES = 1 << 20;

  @Test
  void aPartTravelsAsItIs() throws MalformedException {
    Frame part = part(random(PART_BYTES));

    Bytes frame = SnapshotCodec.encode(part);

    assertThat(frame.length()).isBetween(PART_BYTES, PART_BYTES + 100);
    assertThat(SnapshotCodec.decode(frame)).isEqualTo(part);
  }

  @Test
  void aPartThatWasChangedOnItsWayIsRefused() {
    byte[] frame = SnapshotCodec.encode(part(random(PART_BYTES))).toByteArray();
    frame[frame.length / 2] ^= 1;

    assertThatThrownBy(() -> SnapshotCodec.decode(Bytes.of(frame)))
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
