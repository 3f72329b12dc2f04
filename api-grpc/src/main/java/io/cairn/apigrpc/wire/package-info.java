// SPDX-License-Identifier: Apache-2.0
/**
 * Protobuf by hand, for the messages of the request path: requests become values of the store's
 * contract without an object of a generated class in between, replies go out as the store's own
 * slices with a few bytes of framing around them.
 *
 * <p>It must never know calls, statuses or threads, and it never decides whether a request is
 * sensible: what generated classes would accept is accepted, what they would refuse is refused.
 *
 * <p>Start reading at {@link io.cairn.apigrpc.wire.ProtoReader} and {@link
 * io.cairn.apigrpc.wire.Reply}.
 */
@NullMarked
package io.cairn.apigrpc.wire;

import org.jspecify.annotations.NullMarked;
