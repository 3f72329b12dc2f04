// SPDX-License-Identifier: Apache-2.0
/**
 * A storage backend on the heap: for embedding a store, for tests, and as the model that other
 * backends are compared with.
 *
 * <p>A table is a persistent B+tree: a commit copies the nodes that it changes and publishes all
 * new roots at once, so a view is one reference and costs nothing to keep but the nodes it alone
 * still reaches. The backend knows no file, no clock and no thread, and never what its bytes mean.
 *
 * <p>Start reading at {@link io.cairn.backendmemory.MemoryEngine}, then {@link
 * io.cairn.backendmemory.TreeEditor}.
 */
@NullMarked
package io.cairn.backendmemory;

import org.jspecify.annotations.NullMarked;
