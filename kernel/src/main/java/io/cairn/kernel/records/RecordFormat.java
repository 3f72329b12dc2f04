// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * How the values of a table carry their own checksum: four bytes, big endian, of CRC-32C over the
 * table's name, the key and the content; then the content.
 *
 * <p>Not every engine checks its pages, and none can tell that it answered with the value of
 * another key; the checksum shows both before the bytes are used.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class RecordFormat {

  private static final int CHECKSUM = 4;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final String name;
  private final byte[] nameBytes;

  /** The format of the values of {@code table}. */
  public RecordFormat(Table table) {
    this.name = table.name();
    this.nameBytes = name.getBytes(StandardCharsets.US_ASCII);
  }

  /** The value to store under {@code key} for {@code content}, in an array of its own. */
  public Bytes seal(Bytes key, Bytes content) {
    byte[] value = new byte[CHECKSUM + content.length()];
    content.copyTo(value, CHECKSUM);
    INT.set(value, 0, checksum(key, value, CHECKSUM, content.length()));
    return Bytes.of(value);
  }

  /**
   * The content of a stored value, sharing its array.
   *
   * @throws StorageException.Damaged if the value is not what was stored under {@code key}
   */
  public Bytes open(Bytes key, Bytes value) {
    int length = value.length() - CHECKSUM;
    if (length < 0) {
      throw new StorageException.Damaged(
          "the value of '"
              + key
              + "' in table '"
              + name
              + "' has only "
              + value.length()
              + " bytes");
    }
    int stored = (int) INT.get(value.array(), value.offset());
    int computed = checksum(key, value.array(), value.offset() + CHECKSUM, length);
    if (stored != computed) {
      throw new StorageException.Damaged(
          "the value of '"
              + key
              + "' in table '"
              + name
              + "' has checksum "
              + Integer.toHexString(computed)
              + " where "
              + Integer.toHexString(stored)
              + " was stored");
    }
    return value.slice(CHECKSUM, value.length());
  }

  private int checksum(Bytes key, byte[] content, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(nameBytes, 0, nameBytes.length);
    crc.update(key.array(), key.offset(), key.length());
    crc.update(content, at, length);
    return (int) crc.getValue();
  }
}
