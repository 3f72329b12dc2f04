// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.spi.environment.DiskFile;

/** An open file of the log. */
record Segment(long sequence, String path, DiskFile file, long salt) {}
