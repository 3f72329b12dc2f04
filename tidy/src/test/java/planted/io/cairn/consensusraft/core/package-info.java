// SPDX-License-Identifier: Apache-2.0
/** A core of Raft that is not a function of its inputs. */
@NullMarked
package planted.io.cairn.consensusraft.core;

import org.jspecify.annotations.NullMarked;
