// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import java.io.IOException;

/** A log does not hold what it must hold. Opening it would forget what was promised. */
public final class WalDamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  WalDamagedException(String file, long offset, String found) {
    super(
        "the log is damaged: "
            + found
            + " in '"
            + file
            + "' at offset "
            + offset
            + "; restore the file, or remove this member from the cluster and add it again");
  }
}
