// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

/**
 * The medium, or the engine on it, failed. The message says what was wanted, what was found, in
 * which file or table, and what would help; it is meant for the operator.
 */
public abstract sealed class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private StorageException(String message) {
    super(message);
  }

  private StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** There is no space left (S8). */
  public static final class Full extends StorageException {
    private static final long serialVersionUID = 1L;

    /** Says where. */
    public Full(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Stored data is not what was written, or not in a form that this engine reads (S8, S12). */
  public static final class Damaged extends StorageException {
    private static final long serialVersionUID = 1L;

    /** Says where. */
    public Damaged(String message) {
      super(message);
    }

    /** Says where, and what the engine said. */
    public Damaged(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Another process or engine has the directory open (S9). */
  public static final class InUse extends StorageException {
    private static final long serialVersionUID = 1L;

    /** Names the directory. */
    public InUse(String message) {
      super(message);
    }

    /** Names the directory, and what the engine said. */
    public InUse(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The engine, view or cursor is closed, or has failed before (S7, S11). */
  public static final class Refused extends StorageException {
    private static final long serialVersionUID = 1L;

    /** Says which. */
    public Refused(String message) {
      super(message);
    }
  }

  /** Reading or writing failed in any other way. */
  public static final class Failed extends StorageException {
    private static final long serialVersionUID = 1L;

    /** Says what was being done, where. */
    public Failed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
