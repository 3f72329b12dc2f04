// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;

/** Databases in memory, as the kernel writes them. */
public final class WrittenDatabase {
  private WrittenDatabase() {}

  /** A database with these buckets. */
  public static byte[] of(NavigableMap<String, NavigableMap<Bytes, Bytes>> buckets) {
    return of(buckets, Long.MAX_VALUE);
  }

  /** The same file, followed by its SHA-256. */
  public static byte[] withDigest(byte[] database) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(database);
      byte[] file = Arrays.copyOf(database, database.length + digest.length);
      System.arraycopy(digest, 0, file, database.length, digest.length);
      return file;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Shows an array as a file. */
  public static DatabaseBytes bytes(byte[] file) {
    return new DatabaseBytes() {
      @Override
      public long size() {
        return file.length;
      }

      @Override
      public void read(long at, ByteBuffer target) {
        target.put(file, Math.toIntExact(at), target.remaining());
      }
    };
  }

  static byte[] of(NavigableMap<String, NavigableMap<Bytes, Bytes>> buckets, long bytesPerStep) {
    List<BucketSource> sources = new ArrayList<>();
    buckets.forEach((name, entries) ->
        sources.add(new BucketSource(Bytes.utf8(name), () -> new EntryList(entries))));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ChunkAssembler chunks = new ChunkAssembler();
    try (DatabaseWriter writer = new DatabaseWriter(sources, chunks)) {
      while (!writer.isFinished()) {
        writer.step(bytesPerStep);
        drain(chunks, file);
      }
      chunks.cut();
      drain(chunks, file);
      assertThat(file.size()).isEqualTo(writer.fileBytes());
    }
    return file.toByteArray();
  }

  private static void drain(ChunkAssembler chunks, ByteArrayOutputStream file) {
    for (Bytes chunk = chunks.poll(); chunk != null; chunk = chunks.poll()) {
      file.write(chunk.array(), chunk.offset(), chunk.length());
    }
  }
}
