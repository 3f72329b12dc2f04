// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What LMDB's results mean to an operator. Those above zero are the operating system's. */
final class LmdbFailures {
  static final int NO_MEMORY = 12;

  private static final int IO_ERROR = 5;
  private static final int NO_SPACE = 28;
  private static final int FILE_TOO_LARGE = 27;
  private static final int QUOTA_LINUX = 122;
  private static final int QUOTA_MAC = 69;

  private static final int PAGE_NOTFOUND = -30797;
  private static final int CORRUPTED = -30796;
  private static final int VERSION_MISMATCH = -30794;
  private static final int INVALID = -30793;
  private static final int MAP_FULL = -30792;
  private static final int READERS_FULL = -30790;
  private static final int INCOMPATIBLE = -30784;

  /** Less than the largest write of pages that LMDB asks for at once. */
  private static final long SCRAPS_BYTES = 128 << 10;

  private LmdbFailures() {}

  /** A result that the foreign function interface gives no exception for. */
  static final class Code extends Exception {
    private static final long serialVersionUID = 1L;

    Code(int result, String text) {
      super(result + " (" + text + ")", null, false, false);
    }
  }

  /** Throws unless {@code result} is success. */
  static void check(int result, String what, Path directory) {
    if (result != 0) {
      throw of(result, what, directory);
    }
  }

  /** The failure of {@code what} on the engine in {@code directory}. */
  static StorageException of(int result, String what, Path directory) {
    return of(result, Lmdb.text(result), what, directory);
  }

  /**
   * LMDB says "input/output error" of a write that the file system took a part of, which is how one
   * begins to be full. Such a write has used up what there was, so only scraps are left of it.
   */
  static int meaning(int result, long usableBytes) {
    return result == IO_ERROR && usableBytes < SCRAPS_BYTES ? NO_SPACE : result;
  }

  /** The same, of what is done to files beside LMDB. */
  static StorageException of(IOException e, String what, Path directory) {
    String message = "cannot " + what + " in '" + directory + "': " + e.getMessage();
    return usableBytes(directory) < SCRAPS_BYTES
        ? new StorageException.Full(message + "; free space on its file system, then restart", e)
        : new StorageException.Failed(message, e);
  }

  private static long usableBytes(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE; // what is wrong there is something else
    }
  }

  static StorageException of(int result, String text, String what, Path directory) {
    Code cause = new Code(result, text);
    String message =
        "cannot " + what + " in '" + directory.resolve(LmdbEnvironment.DATA) + "': " + text;
    return switch (meaning(result, usableBytes(directory))) {
      case NO_SPACE, QUOTA_LINUX, QUOTA_MAC ->
          new StorageException.Full(
              message + "; free space on its file system, then restart", cause);
      case FILE_TOO_LARGE ->
          new StorageException.Full(
              message + "; raise the limit on the size of files (ulimit -f)", cause);
      case MAP_FULL ->
          new StorageException.Full(
              message + "; the address space for it is limited, see ulimit -v", cause);
      case PAGE_NOTFOUND, CORRUPTED, INVALID ->
          new StorageException.Damaged(
              message + "; restore the member from a backup or from the other members", cause);
      case VERSION_MISMATCH, INCOMPATIBLE ->
          new StorageException.Damaged(
              message + "; it was written by another version of LMDB", cause);
      case IO_ERROR ->
          new StorageException.Failed(
              message + "; look at the medium, at quotas and at limits on files (ulimit -f)",
              cause);
      case READERS_FULL ->
          new StorageException.Failed(
              message + "; there are " + LmdbEnvironment.READERS_MAX + " views already", cause);
      case NO_MEMORY ->
          new StorageException.Failed(
              message + "; memory or address space is limited, see ulimit -v", cause);
      default -> new StorageException.Failed(message, cause);
    };
  }
}
