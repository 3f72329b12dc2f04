// SPDX-License-Identifier: Apache-2.0
/**
 * A load generator for any server that speaks etcd's gRPC API over plain HTTP/2.
 *
 * <p>It shares the machine with the server it measures, so it has to be cheap: one thread, one
 * selector, an HTTP/2 client that knows no more than these requests need (1 to 3 microseconds per
 * request once the JVM is warm). It knows nothing of Cairn. Start reading at {@link
 * io.cairn.benchmarks.load.LoadGenerator}.
 */
@NullMarked
package io.cairn.benchmarks.load;

import org.jspecify.annotations.NullMarked;
