// SPDX-License-Identifier: Apache-2.0
/** Tests of what is particular to sending states; transfers as a whole are tested in clusters. */
@NullMarked
package io.cairn.consensusraft.snapshot;

import org.jspecify.annotations.NullMarked;
