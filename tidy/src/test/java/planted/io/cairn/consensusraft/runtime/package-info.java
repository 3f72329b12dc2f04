// SPDX-License-Identifier: Apache-2.0
/** A shell of Raft that knows by what means its messages travel. */
@NullMarked
package planted.io.cairn.consensusraft.runtime;

import org.jspecify.annotations.NullMarked;
