// SPDX-License-Identifier: Apache-2.0
/**
 * etcd's gRPC services over a store, and the listener that clients connect to.
 *
 * <p>A call lives on the event loop of its connection: it is decoded there, handed to the store,
 * and answered there. The store answers on lanes of its own; such an answer is queued for the loop,
 * which is woken once for all that come together ({@link io.cairn.apigrpc.LoopQueue}). Nothing here
 * blocks, and nothing here decides: every check is the store's.
 *
 * <p>It must never know a kernel, a storage engine or a consensus. {@link
 * io.cairn.apigrpc.StatusMapping} is the only place that knows texts and codes.
 *
 * <p>Start reading at {@link io.cairn.apigrpc.GrpcTransport}, then {@link
 * io.cairn.apigrpc.UnaryCall} for how one request travels.
 */
@NullMarked
package io.cairn.apigrpc;

import org.jspecify.annotations.NullMarked;
