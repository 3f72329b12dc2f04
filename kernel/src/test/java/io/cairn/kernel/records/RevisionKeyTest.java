// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.store.Bytes;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The layout is etcd's, of which hashes are computed. */
final class RevisionKeyTest {

  @Test
  void layoutIsEtcds() {
    assertThat(hex(RevisionKey.encode(0x0102030405060708L, 9, false)))
        .isEqualTo("0102030405060708" + "5f" + "0000000000000009");
    assertThat(hex(RevisionKey.encode(2, 0, true)))
        .isEqualTo("0000000000000002" + "5f" + "0000000000000000" + "74");
  }

  private static String hex(Bytes bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Test
  void partsComeBackFromASlice() {
    List<RevisionKey> keys =
        List.of(
            new RevisionKey(0, 0, false),
            new RevisionKey(Long.MAX_VALUE, Integer.MAX_VALUE, true),
            new RevisionKey(77, 3, false));
    for (RevisionKey key : keys) {
      byte[] padded = new byte[30];
      key.encode().copyTo(padded, 5);

      Bytes slice = Bytes.of(padded, 5, key.encode().length());

      assertThat(RevisionKey.parse(slice)).isEqualTo(key);
    }
  }

  @Test
  void bytesAreInRevisionOrder() {
    List<Bytes> ascending =
        List.of(
            RevisionKey.firstOf(1),
            RevisionKey.encode(1, 0, true),
            RevisionKey.encode(1, 1, false),
            RevisionKey.encode(1, 256, false),
            RevisionKey.firstOf(2),
            RevisionKey.firstOf(0x80),
            RevisionKey.firstOf(1L << 40));

    assertThat(ascending).isSorted();
  }

  @Test
  void anythingElseIsRefused() {
    Bytes good = RevisionKey.encode(3, 4, true);
    for (int length : new int[] {0, 8, 16}) {
      assertThatThrownBy(() -> RevisionKey.parse(good.slice(0, length)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (int at : new int[] {0, 8, 9, 17}) {
      byte[] bad = good.toByteArray();
      bad[at] = (byte) 0x80;
      assertThatThrownBy(() -> RevisionKey.parse(Bytes.of(bad)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
