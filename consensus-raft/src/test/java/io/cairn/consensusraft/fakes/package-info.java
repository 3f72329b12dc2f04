// SPDX-License-Identifier: Apache-2.0
/** An environment for tests: a disk that loses what was not synced, lanes that run when told to. */
@NullMarked
package io.cairn.consensusraft.fakes;

import org.jspecify.annotations.NullMarked;
