// SPDX-License-Identifier: Apache-2.0
/** Tests of the encoding of what members say. */
@NullMarked
package io.cairn.consensusraft.wire;

import org.jspecify.annotations.NullMarked;
