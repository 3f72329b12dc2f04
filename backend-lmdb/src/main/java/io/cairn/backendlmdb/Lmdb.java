// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of LMDB that are used, as {@code lmdb.h} declares them, and access to the memory
 * that they point to.
 *
 * <p>Pointers are plain numbers: nothing is allocated per call, and nothing checks them. On 64-bit
 * platforms, the only ones there are libraries for, a pointer and {@code size_t} are passed like a
 * Java long.
 */
@SuppressWarnings("restricted") // calling a library is what this class is for
final class Lmdb {
  static final int NOSUBDIR = 0x4000;
  static final int NOTLS = 0x200000;
  static final int NOLOCK = 0x400000;
  static final int NORDAHEAD = 0x800000;
  static final int RDONLY = 0x20000;
  static final int CREATE = 0x40000;
  static final int RESERVE = 0x10000;
  static final int APPEND = 0x20000;

  static final int FIRST = 0;
  static final int LAST = 6;
  static final int NEXT = 8;
  static final int PREV = 12;
  static final int SET = 15;
  static final int SET_RANGE = 17;

  static final int KEYEXIST = -30799;
  static final int NOTFOUND = -30798;

  /** The database of free pages. */
  static final int FREE_DATABASE = 0;

  /** The database in which named databases are listed. */
  static final int MAIN_DATABASE = 1;

  /** {@code MDB_val}: size, then data. */
  static final int VALUE_BYTES = 16;

  static final int VALUE_DATA = 8;

  /** {@code MDB_stat}: page size and depth, then numbers of pages by kind, and of entries. */
  static final int STAT_BYTES = 40;

  /** {@code MDB_envinfo}: address, map size, last page, last transaction, readers. */
  static final int INFO_BYTES = 40;

  static final int INFO_MAP_BYTES = 8;
  static final int INFO_LAST_PAGE = 16;

  /** Everything that this process can address. */
  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup SYMBOLS = LmdbLibrary.symbols();

  private static final MethodHandle ENV_CREATE = function("mdb_env_create", JAVA_LONG);
  private static final MethodHandle ENV_SET_MAPSIZE =
      function("mdb_env_set_mapsize", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle ENV_SET_MAXDBS =
      function("mdb_env_set_maxdbs", JAVA_LONG, JAVA_INT);
  private static final MethodHandle ENV_SET_MAXREADERS =
      function("mdb_env_set_maxreaders", JAVA_LONG, JAVA_INT);
  private static final MethodHandle ENV_OPEN =
      function("mdb_env_open", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle ENV_CLOSE = procedure("mdb_env_close");
  private static final MethodHandle ENV_INFO = function("mdb_env_info", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle TXN_BEGIN =
      function("mdb_txn_begin", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
  private static final MethodHandle TXN_COMMIT = function("mdb_txn_commit", JAVA_LONG);
  private static final MethodHandle TXN_ABORT = procedure("mdb_txn_abort");
  private static final MethodHandle DBI_OPEN =
      function("mdb_dbi_open", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
  private static final MethodHandle STAT = function("mdb_stat", JAVA_LONG, JAVA_INT, JAVA_LONG);
  private static final MethodHandle CURSOR_OPEN =
      function("mdb_cursor_open", JAVA_LONG, JAVA_INT, JAVA_LONG);
  private static final MethodHandle CURSOR_CLOSE = procedure("mdb_cursor_close");
  private static final MethodHandle CURSOR_GET =
      function("mdb_cursor_get", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle CURSOR_PUT =
      function("mdb_cursor_put", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle CURSOR_DEL = function("mdb_cursor_del", JAVA_LONG, JAVA_INT);
  private static final MethodHandle STRERROR =
      handle(SYMBOLS.findOrThrow("mdb_strerror"), FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
  private static final MethodHandle MALLOC =
      handle(
          LINKER.defaultLookup().findOrThrow("malloc"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle FREE =
      handle(LINKER.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(JAVA_LONG));

  private Lmdb() {}

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return handle(SYMBOLS.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** A function of one pointer that returns nothing. */
  private static MethodHandle procedure(String name) {
    return handle(SYMBOLS.findOrThrow(name), FunctionDescriptor.ofVoid(JAVA_LONG));
  }

  private static MethodHandle handle(MemorySegment address, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(address, descriptor);
  }

  static int envCreate(long env) {
    try {
      return (int) ENV_CREATE.invokeExact(env);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int envSetMapBytes(long env, long bytes) {
    try {
      return (int) ENV_SET_MAPSIZE.invokeExact(env, bytes);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int envSetDatabasesMax(long env, int count) {
    try {
      return (int) ENV_SET_MAXDBS.invokeExact(env, count);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int envSetReadersMax(long env, int count) {
    try {
      return (int) ENV_SET_MAXREADERS.invokeExact(env, count);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int envOpen(long env, long path, int flags, int mode) {
    try {
      return (int) ENV_OPEN.invokeExact(env, path, flags, mode);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void envClose(long env) {
    try {
      ENV_CLOSE.invokeExact(env);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int envInfo(long env, long info) {
    try {
      return (int) ENV_INFO.invokeExact(env, info);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int txnBegin(long env, int flags, long txn) {
    try {
      return (int) TXN_BEGIN.invokeExact(env, 0L, flags, txn);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Ends the transaction, whatever is returned. */
  static int txnCommit(long txn) {
    try {
      return (int) TXN_COMMIT.invokeExact(txn);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void txnAbort(long txn) {
    try {
      TXN_ABORT.invokeExact(txn);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int dbiOpen(long txn, long name, int flags, long dbi) {
    try {
      return (int) DBI_OPEN.invokeExact(txn, name, flags, dbi);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int stat(long txn, int dbi, long stat) {
    try {
      return (int) STAT.invokeExact(txn, dbi, stat);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int cursorOpen(long txn, int dbi, long cursor) {
    try {
      return (int) CURSOR_OPEN.invokeExact(txn, dbi, cursor);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void cursorClose(long cursor) {
    try {
      CURSOR_CLOSE.invokeExact(cursor);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int cursorGet(long cursor, long key, long value, int operation) {
    try {
      return (int) CURSOR_GET.invokeExact(cursor, key, value, operation);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int cursorPut(long cursor, long key, long value, int flags) {
    try {
      return (int) CURSOR_PUT.invokeExact(cursor, key, value, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int cursorDelete(long cursor) {
    try {
      return (int) CURSOR_DEL.invokeExact(cursor, 0);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** What a result means; those above zero are the operating system's. */
  static String text(int result) {
    try {
      long text = (long) STRERROR.invokeExact(result);
      return MEMORY.getString(text);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Memory that nobody else has, to be given back with {@link #free}. */
  static long allocate(long bytes) {
    long address;
    try {
      address = (long) MALLOC.invokeExact(bytes);
    } catch (Throwable e) {
      throw broken(e);
    }
    if (address == 0) {
      throw new OutOfMemoryError("no " + bytes + " bytes of native memory");
    }
    return address;
  }

  static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Values that LMDB shows in its pages lie at even addresses, not at multiples of eight. */
  static long getLong(long address) {
    return MEMORY.get(JAVA_LONG_UNALIGNED, address);
  }

  static void putLong(long address, long value) {
    MEMORY.set(JAVA_LONG, address, value);
  }

  static int getInt(long address) {
    return MEMORY.get(JAVA_INT, address);
  }

  static void putText(long address, String text) {
    MEMORY.setString(address, text);
  }

  static void copyIn(Bytes from, long address) {
    MemorySegment.copy(from.array(), from.offset(), MEMORY, JAVA_BYTE, address, from.length());
  }

  static void copyOut(long address, byte[] to, int at, int length) {
    MemorySegment.copy(MEMORY, JAVA_BYTE, address, to, at, length);
  }

  /** Compares bytes in native memory with others as keys are ordered. */
  static int compare(long address, int length, Bytes other) {
    byte[] array = other.array();
    int offset = other.offset();
    int common = Math.min(length, other.length());
    for (int i = 0; i < common; i++) {
      int difference = (MEMORY.get(JAVA_BYTE, address + i) & 0xff) - (array[offset + i] & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return length - other.length();
  }

  /** A call itself cannot fail, only what it calls, and that returns a number. */
  private static Error broken(Throwable e) {
    return e instanceof Error error ? error : new InvariantViolation("a call of LMDB failed: " + e);
  }
}
