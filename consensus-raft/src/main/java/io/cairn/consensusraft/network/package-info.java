// SPDX-License-Identifier: Apache-2.0
/**
 * Messages between members over gRPC: the peer network of a server.
 *
 * <p>Every member opens streams of its own to every other, one per channel and each on a connection
 * of its own, so that a snapshot never stands before a heartbeat. Messages go from the member that
 * opened a stream to the one that accepted it; only answers to requests and pings come back on it.
 *
 * <ul>
 *   <li>The opener's headers and the acceptor's headers carry a {@code Hello}: version of the
 *       protocol, cluster, both members, incarnation and boot. {@code Admission} judges it, on both
 *       sides, and refuses by name.
 *   <li>After that a message of gRPC is a {@code Batch} of frames: what was handed in together
 *       leaves together.
 *   <li>A {@code Link} is one outgoing stream with its bounded {@code Outbox}, and comes back by
 *       itself; an {@code Inbound} is one accepted stream, which asks for more only after what came
 *       has been handed on.
 * </ul>
 *
 * <p>Everything but handing in happens on one event loop, {@code NetworkLoop}, which is a lane. A
 * member that is alone has a bound port and nothing else: connections, and the classes for them,
 * come with the first other member.
 *
 * <p>This is an adapter: it alone in this module may know gRPC, Netty and sockets. It must never
 * look inside a message, nor decide who belongs to the cluster.
 *
 * <p>Start reading at {@code GrpcPeerNetwork}, then {@code Link} and {@code Inbound}.
 */
@NullMarked
package io.cairn.consensusraft.network;

import org.jspecify.annotations.NullMarked;
