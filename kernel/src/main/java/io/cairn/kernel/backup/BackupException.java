// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import java.io.IOException;

/**
 * A file is no backup that can be used: cut off, damaged, or something else altogether. The message
 * is one line that says what is wrong, where, and what to do.
 */
public final class BackupException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public BackupException(String message) {
    super(message);
  }

  /** The file is damaged; {@code where} and {@code what} complete the sentence. */
  public static BackupException damaged(String where, String what) {
    return new BackupException(
        "the backup is damaged: %s: %s. Take another copy of the file, or another backup"
            .formatted(where, what));
  }
}
