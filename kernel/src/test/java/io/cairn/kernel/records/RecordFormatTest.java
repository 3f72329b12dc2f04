// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RecordFormatTest {

  private static final Table REVISIONS = new Table("revisions", KeyOrder.ASCENDING);
  private final RecordFormat format = new RecordFormat(REVISIONS);
  private final Bytes key = RevisionKey.encode(5, 1, false);

  @Test
  void contentComesBack() {
    for (int length : new int[] {0, 1, 100, 5000}) {
      Bytes content = Bytes.of(new byte[length + 3]).slice(3, length + 3);

      Bytes value = format.seal(key, content);

      assertThat(value.length()).isEqualTo(length + 4);
      assertThat(format.open(key, value)).isEqualTo(content);
    }
  }

  @Test
  void checksumIsThatOfNameKeyAndContent() {
    // CRC-32C of "revisions" + key "k" + content "v", from an independent implementation.
    Bytes value = format.seal(Bytes.utf8("k"), Bytes.utf8("v"));

    assertThat(HexFormat.of().formatHex(value.toByteArray())).isEqualTo("1410a68f76");
  }

  @Test
  void everyFlippedBitIsNoticed() {
    Random random = new Random(1);
    byte[] content = new byte[40];
    random.nextBytes(content);
    byte[] value = format.seal(key, Bytes.of(content)).toByteArray();

    for (int bit = 0; bit < value.length * 8; bit++) {
      byte[] damaged = value.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> format.open(key, Bytes.of(damaged)))
          .isInstanceOf(StorageException.Damaged.class);
    }
  }

  @Test
  void valueOfAnotherKeyOrTableIsNoticed() {
    Bytes value = format.seal(key, Bytes.utf8("content"));

    assertThatThrownBy(() -> format.open(RevisionKey.encode(5, 2, false), value))
        .isInstanceOf(StorageException.Damaged.class);
    assertThatThrownBy(() -> new RecordFormat(new Table("leases", KeyOrder.ANY)).open(key, value))
        .isInstanceOf(StorageException.Damaged.class);
  }

  @Test
  void valueWithoutRoomForAChecksumIsDamaged() {
    assertThatThrownBy(() -> format.open(key, Bytes.utf8("abc")))
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("3 bytes");
  }
}
