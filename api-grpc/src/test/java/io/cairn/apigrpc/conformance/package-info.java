// SPDX-License-Identifier: Apache-2.0
/**
 * The gRPC transport against the published contract of transports, and the contract's kit against
 * transports that are wrong.
 *
 * <p>It must never know how the transport is built. Start reading at {@link
 * io.cairn.apigrpc.conformance.GrpcFixture}.
 */
@NullMarked
package io.cairn.apigrpc.conformance;

import org.jspecify.annotations.NullMarked;
