// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.files.DirectoryLock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An open data file with its tables.
 *
 * <p>LMDB maps its file into memory, and the file cannot outgrow the map. The map is therefore as
 * large as one will ever want from the beginning: it takes addresses, of which a process has 128
 * TiB, but neither memory nor disk, since the file grows by what is written. So nothing ever has to
 * wait for a map to be enlarged. Where addresses are limited ({@code ulimit -v}), the largest map
 * that can be had is taken; only there can the map become full.
 */
final class LmdbEnvironment implements AutoCloseable {
  static final String DATA = "data.mdb";

  /** Where LMDB keeps its table of readers. */
  private static final String READERS = "lock.mdb";

  /** What the file is called until it is whole. */
  private static final String CREATING = "creating.mdb";

  static final long MAP_BYTES_WANTED = 1L << 40;

  /** How many views there can be at once: each has a slot in a table of 64 bytes per slot. */
  static final int READERS_MAX = 1024;

  /** A slot per reader, and two for locks and counters, each as long as a line of a CPU's cache. */
  private static final int READERS_BYTES = (READERS_MAX + 2) * 64;

  private static final long MAP_BYTES_MIN = 64L << 20;
  private static final int FILE_MODE = 0600;

  private final Path directory;

  /** LMDB would let several processes share a file, and breaks when one opens it twice. */
  private final DirectoryLock lock;

  private final long env;
  private final Map<Table, Integer> databases = new LinkedHashMap<>();

  private LmdbEnvironment(Path directory, DirectoryLock lock, long env) {
    this.directory = directory;
    this.lock = lock;
    this.env = env;
  }

  /** Opens the file in {@code directory}, making it if the directory never had one. */
  static LmdbEnvironment open(Path directory, List<Table> tables, long mapBytesWanted) {
    DirectoryLock lock = DirectoryLock.acquire(directory);
    LmdbEnvironment opened = null;
    boolean complete = false;
    try (Exchange exchange = new Exchange()) {
      Path data = directory.resolve(DATA);
      boolean created = lock.isCreated();
      if (created && !Files.exists(data)) {
        throw new StorageException.Damaged(
            "'" + directory + "' has lost its file '" + DATA + "'; restore the directory");
      }
      if (!Files.exists(data)) {
        create(exchange, directory, tables.size());
      }
      makeReaders(directory);
      opened =
          new LmdbEnvironment(
              directory, lock, openLargest(exchange, directory, 0, tables.size(), mapBytesWanted));
      opened.checkLength(exchange, data);
      opened.openTables(exchange, tables);
      if (!created) {
        lock.markCreated("LMDB");
      }
      complete = true;
      return opened;
    } catch (IOException e) {
      throw LmdbFailures.of(e, "open the store", directory);
    } finally {
      if (!complete) {
        if (opened != null) {
          opened.close();
        } else {
          lock.close();
        }
      }
    }
  }

  /**
   * Makes the file elsewhere and gives it its name when it is whole on stable media. So a file of
   * that name never is the remains of a creation that was cut short, and none is ever removed, not
   * even where the mark of {@link DirectoryLock} has been lost.
   */
  private static void create(Exchange exchange, Path directory, int tables) throws IOException {
    Path creating = directory.resolve(CREATING);
    Files.deleteIfExists(creating);
    // Nobody else can be at work here, so LMDB need not make a file for its own locks.
    int flags = Lmdb.NOSUBDIR | Lmdb.NOLOCK;
    Lmdb.envClose(openLargest(exchange, creating, flags, tables, MAP_BYTES_MIN));
    sync(creating, StandardOpenOption.WRITE);
    Files.move(creating, directory.resolve(DATA), StandardCopyOption.ATOMIC_MOVE);
    // LMDB syncs its file, but not the name of it.
    sync(directory, StandardOpenOption.READ);
  }

  /**
   * LMDB would make its table of readers as a hole in a file, and write to it through a map: where
   * the file system is full that ends the process, without a word. So the table is written here
   * first, as zeros, which LMDB takes for a new one. Nobody else has it open.
   */
  private static void makeReaders(Path directory) throws IOException {
    Files.write(directory.resolve(READERS), new byte[READERS_BYTES]);
  }

  private static void sync(Path path, StandardOpenOption access) throws IOException {
    try (FileChannel file = FileChannel.open(path, access)) {
      file.force(true);
    }
  }

  /** Opens {@code path}, which is a directory, or the file if {@code flags} has NOSUBDIR. */
  private static long openLargest(
      Exchange exchange, Path path, int flags, int tables, long mapBytesWanted) {
    long mapBytes = mapBytesWanted;
    while (true) {
      LmdbFailures.check(Lmdb.envCreate(exchange.result()), "open the store", path);
      long env = Lmdb.getLong(exchange.result());
      int result = open(env, path, flags, tables, mapBytes);
      if (result == 0) {
        return env;
      }
      Lmdb.envClose(env);
      if (result != LmdbFailures.NO_MEMORY || mapBytes / 2 < MAP_BYTES_MIN) {
        throw LmdbFailures.of(result, "open the store", path);
      }
      mapBytes /= 2;
    }
  }

  private static int open(long env, Path path, int flags, int tables, long mapBytes) {
    int result = Lmdb.envSetMapBytes(env, mapBytes);
    if (result == 0) {
      result = Lmdb.envSetDatabasesMax(env, tables);
    }
    if (result == 0) {
      result = Lmdb.envSetReadersMax(env, READERS_MAX);
    }
    if (result == 0) {
      // Transactions belong to views, not to threads; and reading ahead would fill memory with
      // neighbours that nobody asked for as soon as the file is larger than memory.
      int allFlags = flags | Lmdb.NOTLS | Lmdb.NORDAHEAD;
      long text = Lmdb.allocate(path.toString().getBytes(UTF_8).length + 1L);
      try {
        Lmdb.putText(text, path.toString());
        result = Lmdb.envOpen(env, text, allFlags, FILE_MODE);
      } finally {
        Lmdb.free(text);
      }
    }
    return result;
  }

  /**
   * Throws if pages that are in use lie behind the end of the file: to read one would end the
   * process. Pages that a commit took and gave back were never written, so free ones may be
   * missing.
   */
  private void checkLength(Exchange exchange, Path data) throws IOException {
    long pageBytes = pageBytes(exchange);
    long needed = allocatedBytes(exchange, pageBytes);
    long there = Files.size(data);
    if (there >= needed) {
      return;
    }
    boolean complete = false;
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      // Zeros are damage that LMDB notices, should the list of free pages be among what is missing.
      file.setLength(needed);
      try {
        complete = areFree(exchange, there / pageBytes, needed / pageBytes);
      } finally {
        if (!complete) {
          file.setLength(there);
        }
      }
    }
    if (!complete) {
      throw new StorageException.Damaged(
          "'%s' has %d bytes of %d; restore the member from a backup or from the other members"
              .formatted(data, there, needed));
    }
  }

  /** Whether all pages from {@code from} (inclusive) to {@code to} (exclusive) are free. */
  private boolean areFree(Exchange exchange, long from, long to) {
    long[] found = new long[1];
    walk(
        exchange,
        Lmdb.FREE_DATABASE,
        () -> {
          // A list of page numbers after their count.
          long list = exchange.valueAddress();
          for (long i = Lmdb.getLong(list); i > 0; i--) {
            long page = Lmdb.getLong(list + i * Long.BYTES);
            found[0] += page >= from && page < to ? 1 : 0;
          }
        });
    return found[0] == to - from;
  }

  private long pageBytes(Exchange exchange) {
    long txn = begin(exchange, Lmdb.RDONLY);
    try {
      LmdbFailures.check(Lmdb.stat(txn, Lmdb.MAIN_DATABASE, exchange.report()), "read", directory);
      return Lmdb.getInt(exchange.report());
    } finally {
      Lmdb.txnAbort(txn);
    }
  }

  /** What the file has taken up to now, counted in pages of a known size. */
  long allocatedBytes(Exchange exchange, long pageBytes) {
    LmdbFailures.check(Lmdb.envInfo(env, exchange.report()), "tell the size", directory);
    return (Lmdb.getLong(exchange.report() + Lmdb.INFO_LAST_PAGE) + 1) * pageBytes;
  }

  private void openTables(Exchange exchange, List<Table> tables) {
    Set<String> stored = storedTables(exchange);
    for (String name : stored) {
      if (tables.stream().noneMatch(table -> table.name().equals(name))) {
        throw new StorageException.Damaged(
            "'" + directory + "' has the table '" + name + "', which this version does not know");
      }
    }
    long txn = begin(exchange, 0);
    boolean committed = false;
    try {
      for (Table table : tables) {
        long name = exchange.putText(table.name());
        int result = Lmdb.dbiOpen(txn, name, Lmdb.CREATE, exchange.result());
        LmdbFailures.check(result, "open the table '" + table.name() + "'", directory);
        databases.put(table, Lmdb.getInt(exchange.result()));
      }
      committed = true;
      LmdbFailures.check(Lmdb.txnCommit(txn), "make the tables", directory);
    } finally {
      if (!committed) {
        Lmdb.txnAbort(txn);
      }
    }
  }

  private Set<String> storedTables(Exchange exchange) {
    Set<String> names = new LinkedHashSet<>();
    walk(
        exchange,
        Lmdb.MAIN_DATABASE,
        () -> {
          byte[] name = new byte[exchange.keyLength()];
          Lmdb.copyOut(exchange.keyAddress(), name, 0, name.length);
          names.add(new String(name, UTF_8));
        });
    return names;
  }

  /** Shows every entry of a database of LMDB's own in the exchange. */
  private void walk(Exchange exchange, int database, Runnable onEntry) {
    long txn = begin(exchange, Lmdb.RDONLY);
    try {
      LmdbFailures.check(
          Lmdb.cursorOpen(txn, database, exchange.result()), "read the store", directory);
      long cursor = Lmdb.getLong(exchange.result());
      try {
        int result = Lmdb.cursorGet(cursor, exchange.key(), exchange.value(), Lmdb.FIRST);
        while (result == 0) {
          onEntry.run();
          result = Lmdb.cursorGet(cursor, exchange.key(), exchange.value(), Lmdb.NEXT);
        }
        if (result != Lmdb.NOTFOUND) {
          throw LmdbFailures.of(result, "read the store", directory);
        }
      } finally {
        Lmdb.cursorClose(cursor);
      }
    } finally {
      Lmdb.txnAbort(txn);
    }
  }

  /** Begins a transaction, whose handle is returned. */
  long begin(Exchange exchange, int flags) {
    LmdbFailures.check(
        Lmdb.txnBegin(env, flags, exchange.result()), "begin a transaction", directory);
    return Lmdb.getLong(exchange.result());
  }

  Path directory() {
    return directory;
  }

  /** The databases of LMDB by table. */
  Map<Table, Integer> databases() {
    return databases;
  }

  /** How large the file can become in this process. */
  long mapBytes() {
    try (Exchange exchange = new Exchange()) {
      LmdbFailures.check(Lmdb.envInfo(env, exchange.report()), "tell the size", directory);
      return Lmdb.getLong(exchange.report() + Lmdb.INFO_MAP_BYTES);
    }
  }

  /** Ends everything; there must be no transaction left. */
  @Override
  public void close() {
    Lmdb.envClose(env);
    lock.close();
  }
}
