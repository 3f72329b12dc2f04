// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.Arrays;
import java.util.Random;

/** Draws keys and ranges of all awkward kinds, often the same ones again. */
final class RandomKeys {

  private final Random random;
  private final int longest;

  /** Keys of at most {@code longest} bytes. */
  RandomKeys(Random random, int longest) {
    this.random = random;
    this.longest = longest;
  }

  Bytes key() {
    return switch (random.nextInt(7)) {
      case 0 -> extremes(1 + random.nextInt(4));
      case 1 -> extremes(1 + random.nextInt(12));
      case 2 -> Bytes.utf8("/registry/pods/ns-" + random.nextInt(5) + "/p" + random.nextInt(200));
      case 3 -> Bytes.utf8("k" + random.nextInt(3000));
      case 4 -> Bytes.utf8(String.format("%08d", random.nextInt(2000)));
      case 5 -> prefixOfOthers();
      default -> longKey();
    };
  }

  /** Only zero, one, 0x7f, 0x80 and 0xff bytes, so that padding and signs would show. */
  private Bytes extremes(int length) {
    byte[] values = {0, 1, 0x7f, (byte) 0x80, (byte) 0xff};
    byte[] key = new byte[length];
    for (int i = 0; i < length; i++) {
      key[i] = values[random.nextInt(values.length)];
    }
    return Bytes.of(key);
  }

  private Bytes prefixOfOthers() {
    byte[] key = new byte[1 + random.nextInt(40)];
    Arrays.fill(key, (byte) (random.nextBoolean() ? 'x' : 0));
    return Bytes.of(key);
  }

  private Bytes longKey() {
    int[] lengths = {300, 511, 512, 513, 999, 1000, 1001, 1004, 5092, 5093, longest};
    int length = Math.min(longest, lengths[random.nextInt(lengths.length)]);
    byte[] key = new byte[length];
    Arrays.fill(key, (byte) ('l' + random.nextInt(2)));
    int from = random.nextInt(3) == 0 ? random.nextInt(length) : length - 1;
    key[from] = (byte) random.nextInt(4);
    if (from > 2 && random.nextBoolean()) {
      key[from - 2] = (byte) random.nextInt(3);
    }
    return Bytes.of(key);
  }

  KeyRange range() {
    return switch (random.nextInt(6)) {
      case 0 -> KeyRange.ALL;
      case 1 -> KeyRange.single(key());
      case 2 -> KeyRange.from(key());
      case 3 -> KeyRange.prefix(key());
      default -> new KeyRange(key(), key());
    };
  }
}
