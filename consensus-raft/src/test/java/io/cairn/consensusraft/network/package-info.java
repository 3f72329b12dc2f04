// SPDX-License-Identifier: Apache-2.0
/** Tests of the peer network, over real connections of this machine. */
@NullMarked
package io.cairn.consensusraft.network;

import org.jspecify.annotations.NullMarked;
