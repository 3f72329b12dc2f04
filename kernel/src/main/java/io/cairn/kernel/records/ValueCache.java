// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.records;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records that were read from the engine or have left the recent log, by revision.
 *
 * <p>Records are copied one behind the other into heap arrays of 1 MiB. When the budget is reached
 * the oldest array is dropped, and those of its records that were read since they were written are
 * written once more at the end: first in, first out, with a second chance. Arrays are dropped to
 * the garbage collector and never overwritten, so a slice that was handed out stays what it is.
 *
 * <p>A table outside the heap leads from a revision to its place ({@link CacheSlots}). Its entries
 * are single words, so readers see an old or a new one and never half of each; and what an entry
 * leads to begins with its revision, which is compared before use. So entries of dropped arrays may
 * stay: removing them one by one would cost more than everything else here. They give way to new
 * ones, and when the table is crowded nevertheless it is made anew. A reader who races with a
 * change may miss a record that is there, and then reads it from the engine.
 *
 * <p><b>Threads.</b> {@link #find} takes no lock; the other methods take one, held while one record
 * is copied or the records of one array are visited. <b>Ownership.</b> {@link #close} comes after
 * the last use.
 */
@ThreadSafe
public final class ValueCache implements AutoCloseable {

  private static final int CHUNK_BYTES = 1 << 20;
  private static final long BUDGET_MIN = 64 << 10;
  private static final int SLOTS_MIN = 512;

  /** main (8), sub (4), length (4), whether it was read (1). */
  private static final int HEADER = 17;

  private static final int AT_SUB = 8;
  private static final int AT_LENGTH = 12;
  private static final int AT_READ = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle RING = MethodHandles.arrayElementVarHandle(Chunk[].class);

  /** An array of records. */
  private static final class Chunk {
    /** Counts up and wraps around; final, as the data, for readers who find the chunk by a race. */
    final int number;

    final byte[] data;

    /** The bytes written; under the lock. */
    int used;

    /** The records written; under the lock. */
    int records;

    Chunk(int number, int capacity) {
      this.number = number;
      this.data = new byte[capacity];
    }
  }

  private final long budgetBytes;
  private final int chunkBytes;
  private final Arena arena = Arena.ofShared();

  /** The chunks that are kept, at their number modulo the length. Written under the lock. */
  private final @Nullable Chunk[] ring;

  /** Replaced when it grows, under the lock; read by all. */
  private volatile CacheSlots slots;

  private int oldest;
  private int chunks;
  private long chunkBytesHeld;
  private int entries;

  /** An empty cache of at most {@code budgetBytes}, its table included, but at least 64 KiB. */
  public ValueCache(long budgetBytes) {
    this.budgetBytes = Math.max(BUDGET_MIN, budgetBytes);
    this.chunkBytes = (int) Math.min(CHUNK_BYTES, this.budgetBytes / 8);
    long chunksMax = this.budgetBytes / chunkBytes + 1;
    this.ring = new Chunk[Integer.highestOneBit((int) Math.min(chunksMax, 1 << 22)) * 2];
    this.slots = new CacheSlots(arena, SLOTS_MIN);
  }

  // ---- readers

  /** The record of a revision; null if it is not here. */
  public @Nullable Bytes find(long main, int sub) {
    CacheSlots table = slots;
    long hash = CacheSlots.hash(main, sub);
    int i = table.home(hash);
    for (long entry = table.get(i); entry != 0; entry = table.get(i)) {
      if (CacheSlots.mayBe(entry, hash)) {
        Chunk chunk = chunk(CacheSlots.chunk(entry));
        int at = CacheSlots.offset(entry);
        if (chunk != null && isAt(chunk.data, at, main, sub)) {
          if (chunk.data[at + AT_READ] == 0) {
            // A plain store: if the lane that evicts misses it, one record loses its chance.
            chunk.data[at + AT_READ] = 1;
          }
          return Bytes.of(chunk.data, at + HEADER, (int) INT.get(chunk.data, at + AT_LENGTH));
        }
      }
      i = table.next(i);
    }
    return null;
  }

  private @Nullable Chunk chunk(int number) {
    Chunk chunk = (Chunk) RING.getAcquire(ring, number & (ring.length - 1));
    return chunk != null && chunk.number == number ? chunk : null;
  }

  private static boolean isAt(byte[] data, int at, long main, int sub) {
    return at + HEADER <= data.length
        && (long) LONG.get(data, at) == main
        && (int) INT.get(data, at + AT_SUB) == sub;
  }

  // ---- under the lock

  /** Copies a record into the cache, unless it is there or takes more than an eighth of it. */
  public synchronized void insert(long main, int sub, Bytes record) {
    int size = HEADER + record.length();
    if (size > Math.min(budgetBytes / 8, CacheSlots.OFFSET_MAX) || isPresent(main, sub)) {
      return;
    }
    Chunk chunk = newest();
    if (chunk == null || chunk.used + size > chunk.data.length) {
      chunk = turn(size);
    }
    append(chunk, main, sub, record.array(), record.offset(), record.length());
  }

  /** Whether another array would push out the oldest. */
  public synchronized boolean isFull() {
    return chunkBytesHeld + chunkBytes + slots.bytes() > budgetBytes;
  }

  private boolean isPresent(long main, int sub) {
    long hash = CacheSlots.hash(main, sub);
    CacheSlots table = slots;
    int i = table.home(hash);
    for (long entry = table.get(i); entry != 0; entry = table.get(i)) {
      if (CacheSlots.mayBe(entry, hash) && leadsTo(entry, main, sub)) {
        return true;
      }
      i = table.next(i);
    }
    return false;
  }

  private boolean leadsTo(long entry, long main, int sub) {
    Chunk chunk = chunk(CacheSlots.chunk(entry));
    return chunk != null && isAt(chunk.data, CacheSlots.offset(entry), main, sub);
  }

  private void append(Chunk chunk, long main, int sub, byte[] source, int from, int length) {
    byte[] data = chunk.data;
    int at = chunk.used;
    LONG.set(data, at, main);
    INT.set(data, at + AT_SUB, sub);
    INT.set(data, at + AT_LENGTH, length);
    System.arraycopy(source, from, data, at + HEADER, length);
    chunk.used += HEADER + length;
    chunk.records++;
    entries++;
    CacheSlots table = slots;
    if (table.isCrowded()) {
      rebuildTable(); // which finds the new record in its chunk
      return;
    }
    long hash = CacheSlots.hash(main, sub);
    int i = table.home(hash);
    for (long entry = table.get(i); entry != 0 && isKept(entry); entry = table.get(i)) {
      i = table.next(i);
    }
    table.set(i, hash, chunk.number, at);
  }

  /** Whether the chunk to which an entry leads has not been dropped. */
  private boolean isKept(long entry) {
    return ((CacheSlots.chunk(entry) - oldest) & CacheSlots.CHUNK_MASK) < chunks;
  }

  private @Nullable Chunk newest() {
    return chunks == 0 ? null : chunk(numberAt(chunks - 1));
  }

  private int numberAt(int i) {
    return (oldest + i) & CacheSlots.CHUNK_MASK;
  }

  /** Begins a new chunk with room for {@code size} bytes, after dropping what it takes. */
  private Chunk turn(int size) {
    int capacity = Math.max(chunkBytes, size);
    List<Chunk> dropped = new ArrayList<>(1);
    while (chunks > 0 && chunkBytesHeld + capacity + slots.bytes() > budgetBytes) {
      dropped.add(dropOldest());
    }
    Chunk fresh = new Chunk(numberAt(chunks), capacity);
    RING.setRelease(ring, fresh.number & (ring.length - 1), fresh);
    chunks++;
    chunkBytesHeld += capacity;
    // Half of the chunk at most, or a cache that is all read would never take anything new.
    int room = Math.min(capacity - size, capacity / 2);
    for (Chunk chunk : dropped) {
      for (int at = 0; at < chunk.used; at += HEADER + lengthAt(chunk, at)) {
        int length = lengthAt(chunk, at);
        if (chunk.data[at + AT_READ] != 0 && fresh.used + HEADER + length <= room) {
          append(fresh, mainAt(chunk, at), subAt(chunk, at), chunk.data, at + HEADER, length);
        }
      }
    }
    return fresh;
  }

  /** Takes the oldest chunk out of the cache; what leads to it leads nowhere from now on. */
  private Chunk dropOldest() {
    Chunk chunk = chunk(oldest);
    if (chunk == null) {
      throw new IllegalStateException("chunk " + oldest + " is missing");
    }
    RING.setRelease(ring, oldest & (ring.length - 1), null);
    oldest = numberAt(1);
    chunks--;
    chunkBytesHeld -= chunk.data.length;
    entries -= chunk.records;
    return chunk;
  }

  /**
   * Makes a table without entries of dropped chunks, and at most half full. Readers miss what is
   * there for the few milliseconds that this takes where the size stays what it is.
   */
  private void rebuildTable() {
    CacheSlots table = slots;
    int count = table.count();
    while (entries > count / 2) {
      count *= 2;
    }
    if (count == table.count()) {
      table.clear();
    } else {
      table = new CacheSlots(arena, count);
      while (chunks > 1 && chunkBytesHeld + table.bytes() > budgetBytes) {
        dropOldest();
      }
    }
    for (int i = 0; i < chunks; i++) {
      Chunk chunk = chunk(numberAt(i));
      if (chunk != null) {
        for (int at = 0; at < chunk.used; at += HEADER + lengthAt(chunk, at)) {
          table.add(CacheSlots.hash(mainAt(chunk, at), subAt(chunk, at)), chunk.number, at);
        }
      }
    }
    slots = table;
  }

  private static long mainAt(Chunk chunk, int at) {
    return (long) LONG.get(chunk.data, at);
  }

  private static int subAt(Chunk chunk, int at) {
    return (int) INT.get(chunk.data, at + AT_SUB);
  }

  private static int lengthAt(Chunk chunk, int at) {
    return (int) INT.get(chunk.data, at + AT_LENGTH);
  }

  /** The bytes held, on the heap and outside. */
  public synchronized long bytes() {
    return chunkBytesHeld + slots.bytes();
  }

  /** The number of records held. */
  public synchronized int records() {
    return entries;
  }

  @Override
  public synchronized void close() {
    arena.close();
  }
}
