// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.lease.LeaseBook;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which lease a key hangs on. The book knows the other direction; this one is needed because every
 * put replaces the attachment, and looking into the previous record could mean reading from the
 * engine.
 */
@OnLane("apply")
public final class Attachments {
  private final LeaseBook leases;
  // Looked up by key only; its order never matters.
  private Map<Bytes, Long> leaseOf = new HashMap<>();

  /** Keeps {@code leases} in step. */
  public Attachments(LeaseBook leases) {
    this.leases = leases;
  }

  /** Takes over what {@code other} holds, which nobody uses any more, as the book does. */
  void become(Attachments other) {
    leaseOf = other.leaseOf;
  }

  /** The key hangs on {@code lease} from now on, 0 for none. */
  public void attach(Bytes key, long lease) {
    if (lease == 0) {
      detach(key);
      return;
    }
    // A slice of a request would keep all of it in memory.
    Bytes own = key.compact();
    @Nullable Long before = leaseOf.put(own, lease);
    if (before != null && before != lease) {
      leases.detach(before, own);
    }
    if (before == null || before != lease) {
      leases.attach(lease, own);
    }
  }

  /** The key hangs on nothing any more. */
  void detach(Bytes key) {
    if (leaseOf.isEmpty()) {
      return;
    }
    @Nullable Long before = leaseOf.remove(key);
    if (before != null) {
      leases.detach(before, key);
    }
  }

  /** The key's lease, 0 for none. */
  long leaseOf(Bytes key) {
    return leaseOf.isEmpty() ? 0 : leaseOf.getOrDefault(key, 0L);
  }
}
