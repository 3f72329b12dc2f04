// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a transport keeps the contract {@code io.cairn.spi.transport}.
 *
 * <p>{@link io.cairn.conformancetests.transport.TransportConformance} has a class per rule. It puts
 * a store behind the transport that says what a test wants, and asks before it as clients of etcd's
 * gRPC API do; a transport of another protocol cannot be examined so.
 *
 * <p>It must never know a transport, nor the store of the product. Start reading at {@link
 * io.cairn.conformancetests.transport.TransportFixture}.
 */
@NullMarked
package io.cairn.conformancetests.transport;

import org.jspecify.annotations.NullMarked;
