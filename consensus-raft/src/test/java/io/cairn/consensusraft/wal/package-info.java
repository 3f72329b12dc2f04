// SPDX-License-Identifier: Apache-2.0
/** The log against disks that lose, tear and change what was written. */
@NullMarked
package io.cairn.consensusraft.wal;

import org.jspecify.annotations.NullMarked;
