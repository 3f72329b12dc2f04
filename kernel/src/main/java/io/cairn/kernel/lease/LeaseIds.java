// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Chooses ids for leases that come without one, as etcd does: 16 bits of the member's id, then 48
 * bits that begin with the wall time in milliseconds and eight zero bits and count up. Two members
 * do not meet, nor do two lives of one member unless it makes 256 ids per millisecond of its life.
 */
@ThreadSafe
final class LeaseIds {
  private static final long LOW_48_BITS = (1L << 48) - 1;

  private final long memberBits;
  // Taken by any thread; only that no value comes twice matters.
  private final AtomicLong counter;

  LeaseIds(long memberId, TimeSource time) {
    this.memberBits = memberId << 48;
    this.counter = new AtomicLong(time.wallMillis() << 8);
  }

  /** The next id: positive. */
  long next() {
    long id = (memberBits | (counter.incrementAndGet() & LOW_48_BITS)) & Long.MAX_VALUE;
    return id == 0 ? next() : id;
  }
}
