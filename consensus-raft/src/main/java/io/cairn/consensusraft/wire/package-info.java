// SPDX-License-Identifier: Apache-2.0
/**
 * What members say to each other, as bytes; docs/cluster-protocol.md draws the layouts.
 *
 * <p>Two languages: {@link io.cairn.consensusraft.wire.FrameCodec} for the channel of consensus
 * (messages of the core, forwarded proposals) and {@link io.cairn.consensusraft.wire.SnapshotCodec}
 * for the channel of snapshots. Both carry a version, check every length against what is there
 * before they believe it, and refuse with {@link io.cairn.consensusraft.wire.MalformedException}
 * and nothing else.
 *
 * <p>The package knows neither the network nor what a message means. Start reading at {@link
 * io.cairn.consensusraft.wire.PeerMessage}.
 */
@NullMarked
package io.cairn.consensusraft.wire;

import org.jspecify.annotations.NullMarked;
