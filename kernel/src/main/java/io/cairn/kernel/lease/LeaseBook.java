// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The leases as every member holds them: id, time to live, and the keys that hang on each.
 *
 * <p>Ids and times are stored in {@link Tables#LEASES}. Attachments are not: every stored key-value
 * names its lease, so recovery {@link #attach}es the live ones again.
 *
 * <p><b>Threads.</b> The apply lane alone changes the book. Any thread may ask: the lock is held
 * for a look-up, or for copying the keys of one lease.
 */
@ThreadSafe
public final class LeaseBook {

  /** The largest time to live that etcd grants. */
  public static final long TTL_SECONDS_MAX = 9_000_000_000L;

  /**
   * A lease.
   *
   * @param id its id, never 0
   * @param ttlSeconds the time to live that it was granted
   * @param remainingSeconds what a checkpoint said it has left; 0 if none did since it was renewed
   * @param grantIndex the log entry that granted it, which tells it from others of the same id
   */
  public record Lease(long id, long ttlSeconds, long remainingSeconds, long grantIndex) {}

  /** Is told of changes, on the apply lane, before they are published. */
  public interface Listener {
    /** A lease was made. */
    void granted(Lease lease);

    /** A lease has ended; its keys go with the same entry. */
    void revoked(long id);

    /** What a lease has left was noted, or taken back. */
    void checkpointed(Lease lease);
  }

  private static final class Entry {
    private Lease lease;
    // Never iterated where the order could be seen: what leaves is sorted.
    private final Set<Bytes> keys = new HashSet<>();

    private Entry(Lease lease) {
      this.lease = lease;
    }
  }

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  // Guarded by itself.
  private final TreeMap<Long, Entry> leases = new TreeMap<>();

  /** Adds a listener; before the first entry is applied. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Reads all leases, without attachments, from what an engine holds. Once, at start. */
  public void load(StorageView view) {
    synchronized (leases) {
      try (Cursor cursor = view.scan(Tables.LEASES, Bytes.EMPTY, Bytes.EMPTY)) {
        while (cursor.next()) {
          Lease lease = LeaseRecord.decode(cursor.key(), cursor.value());
          leases.put(lease.id(), new Entry(lease));
        }
      }
    }
  }

  /**
   * Takes over what {@code other} holds, which nobody uses any more. Apply lane, of a member that
   * does not lead: a follower keeps no deadlines, and a later leader begins all of them anew.
   */
  public void become(LeaseBook other) {
    synchronized (leases) {
      leases.clear();
      leases.putAll(other.leases);
    }
  }

  /** Whether there is a lease of that id. */
  public boolean exists(long id) {
    synchronized (leases) {
      return leases.containsKey(id);
    }
  }

  /** The lease of that id, or null. */
  public @Nullable Lease findLease(long id) {
    synchronized (leases) {
      Entry entry = leases.get(id);
      return entry == null ? null : entry.lease;
    }
  }

  /** The keys that hang on a lease, in byte order; none if there is no such lease. */
  public List<Bytes> keys(long id) {
    Bytes[] copy;
    synchronized (leases) {
      Entry entry = leases.get(id);
      if (entry == null) {
        return List.of();
      }
      copy = entry.keys.toArray(Bytes[]::new);
    }
    Arrays.sort(copy);
    return List.of(copy);
  }

  /** All leases, by ascending id. */
  public List<Lease> listLeases() {
    synchronized (leases) {
      List<Lease> all = new ArrayList<>(leases.size());
      leases.values().forEach(entry -> all.add(entry.lease));
      return all;
    }
  }

  /**
   * Makes a lease. Apply lane.
   *
   * @param ttlSeconds the time to live, which the proposer has raised to the minimum already
   * @param index the entry that is being applied
   * @throws StoreException if the time to live is too large or there is such a lease; nothing has
   *     changed then
   */
  public Lease grant(long id, long ttlSeconds, long index, List<Mutation> mutations) {
    if (ttlSeconds > TTL_SECONDS_MAX) {
      throw new StoreException(new Reason.LeaseTtlTooLarge());
    }
    Lease lease = new Lease(id, ttlSeconds, 0, index);
    synchronized (leases) {
      if (leases.putIfAbsent(id, new Entry(lease)) != null) {
        throw new StoreException(new Reason.LeaseExists());
      }
    }
    mutations.add(LeaseRecord.put(lease));
    for (Listener listener : listeners) {
      listener.granted(lease);
    }
    return lease;
  }

  /**
   * Ends a lease. Apply lane.
   *
   * @return the keys that hung on it, in byte order, for the caller to delete
   * @throws StoreException if there is no such lease
   */
  public List<Bytes> revoke(long id, List<Mutation> mutations) {
    @Nullable Entry entry;
    synchronized (leases) {
      entry = leases.remove(id);
    }
    if (entry == null) {
      throw new StoreException(new Reason.LeaseNotFound());
    }
    mutations.add(LeaseRecord.delete(id));
    for (Listener listener : listeners) {
      listener.revoked(id);
    }
    // Nobody else sees the entry any more.
    Bytes[] keys = entry.keys.toArray(Bytes[]::new);
    Arrays.sort(keys);
    return List.of(keys);
  }

  /**
   * Notes what a lease has left, or with 0 that it has all its time again. Does nothing if there is
   * no such lease: it may have ended while the note was under way. Apply lane.
   */
  public void checkpoint(long id, long remainingSeconds, List<Mutation> mutations) {
    Lease noted;
    synchronized (leases) {
      Entry entry = leases.get(id);
      if (entry == null) {
        return;
      }
      Lease lease = entry.lease;
      noted = new Lease(id, lease.ttlSeconds(), remainingSeconds, lease.grantIndex());
      entry.lease = noted;
    }
    mutations.add(LeaseRecord.put(noted));
    for (Listener listener : listeners) {
      listener.checkpointed(noted);
    }
  }

  /**
   * Hangs a key on a lease. Apply lane and recovery. The caller has checked that there is such a
   * lease; in recovery an attachment to a lease that has ended is left out, as etcd does.
   */
  public void attach(long id, Bytes key) {
    // A key from a request or a chunk would keep the whole array alive as long as the lease.
    Bytes own = key.compact();
    synchronized (leases) {
      Entry entry = leases.get(id);
      if (entry != null) {
        entry.keys.add(own);
      }
    }
  }

  /** Takes a key off a lease; nothing happens if it does not hang there. Apply lane. */
  public void detach(long id, Bytes key) {
    synchronized (leases) {
      Entry entry = leases.get(id);
      if (entry != null) {
        entry.keys.remove(key);
      }
    }
  }
}
