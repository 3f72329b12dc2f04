// SPDX-License-Identifier: Apache-2.0
/**
 * Leases: what is replicated of them, and the leader's clock that ends them.
 *
 * <p>{@link io.cairn.kernel.lease.LeaseBook} is what every member holds alike: ids, times to live,
 * attached keys. When a lease ends is the leader's business alone: {@link
 * io.cairn.kernel.lease.LeaseClock} keeps its deadlines, {@link io.cairn.kernel.lease.LeaseExpiry}
 * proposes to revoke what is past them. Renewals are not logged; whoever becomes leader gives every
 * lease its time anew.
 *
 * <p>Nothing here knows how keys are stored or deleted: applying a revoke asks the book which keys
 * hang on a lease and deletes them itself. Start at {@code LeaseBook}, then {@code LeaseClock}.
 */
@NullMarked
package io.cairn.kernel.lease;

import org.jspecify.annotations.NullMarked;
