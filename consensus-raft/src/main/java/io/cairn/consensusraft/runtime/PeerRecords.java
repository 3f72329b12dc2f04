// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.wire.FrameCodec.Sender;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What this member knows of the lives of the others, and so whom it believes.
 *
 * <p>A member whose directory was wiped is another incarnation than the one that the cluster has
 * bound. One whose directory was replaced by an older copy of itself comes with a boot counter that
 * was seen to be higher, or with a log that is shorter than what it had acknowledged. Either may
 * have forgotten votes and entries that others count on, so nothing it says may count.
 */
@ThreadSafe
final class PeerRecords implements PeerNetwork.Gate {
  /**
   * A member as seen last.
   *
   * @param incarnation the life of its directory
   * @param boot the latest life of its process
   * @param acknowledged what it had, durably, of what is committed
   * @param acknowledgedBoot in which life it said so
   */
  record Seen(long incarnation, long boot, long acknowledged, long acknowledgedBoot) {}

  /** How many are remembered who are no members, or not yet, as far as is known here. */
  static final int STRANGERS_MAX = 64;

  /** What no life of a directory can catch up with. */
  private static final long DISOWNED = Long.MAX_VALUE;

  private final PeerRecordFile file;
  private final EventLog events;
  private final @Nullable CoreObserver observer;

  // Written by the raft lane, read by any thread.
  private volatile Configuration members = Configuration.EMPTY;

  // All below is guarded by this. The members, and a few who are none: anybody may come and say
  // that it is one.
  private final TreeMap<Long, Seen> seen;

  /** Lives that have been found to have forgotten something; some of those in {@link #seen}. */
  private final TreeMap<Long, Sender> forgetful = new TreeMap<>();

  /** The life in which each was listened to last; the same. */
  private final TreeMap<Long, Long> heard = new TreeMap<>();

  private boolean changed;

  private PeerRecords(
      PeerRecordFile file, Map<Long, Seen> seen, EventLog events, @Nullable CoreObserver observer) {
    this.file = file;
    this.seen = new TreeMap<>(seen);
    this.events = events;
    this.observer = observer;
  }

  /** Reads what an earlier life of this process has recorded. */
  static PeerRecords open(PeerRecordFile file, EventLog events, @Nullable CoreObserver observer)
      throws IOException {
    return new PeerRecords(file, file.read(), events, observer);
  }

  /** The members as applied, with the incarnations that they are bound to. */
  void know(Configuration configuration) {
    members = configuration;
  }

  @Override
  public @Nullable String refuses(long member, long incarnation, long boot) {
    long bound = boundTo(member);
    if (bound != 0 && bound != incarnation) {
      return "the data directory of member "
          + Long.toHexString(member)
          + " is not the one that the cluster knows; remove the member, then add it again";
    }
    synchronized (this) {
      Seen known = seen.get(member);
      if (known != null && known.incarnation == incarnation && boot < known.boot) {
        return "the data directory of member "
            + Long.toHexString(member)
            + " is an older copy: it is started for the "
            + boot
            + ". time, and was seen at its "
            + known.boot
            + ". before; remove the member, then add it again";
      }
    }
    return null;
  }

  /** A connection with this life of a member stands. */
  synchronized void met(long member, long incarnation, long boot) {
    Seen known = seen.get(member);
    if (known == null || known.incarnation != incarnation) {
      seen.put(member, new Seen(incarnation, boot, 0, 0));
      forgetStrangersBut(member);
      changed = true;
    } else if (known.boot < boot) {
      seen.put(member, new Seen(incarnation, boot, known.acknowledged, known.acknowledgedBoot));
      changed = true;
    }
  }

  /**
   * Most others refuse the directory of {@code self}, which is this member. Its boot counter would
   * catch up with what they have seen if it were started again and again, so this is noted here as
   * a life that none can catch up with.
   */
  void disown(long self, long incarnation) {
    met(self, incarnation, DISOWNED);
    save();
  }

  /** Makes room for {@code newest} if too many are remembered who are no members. */
  private void forgetStrangersBut(long newest) {
    Configuration present = members;
    List<Long> strangers =
        seen.entrySet().stream()
            .filter(entry -> present.find(entry.getKey()) == null)
            .filter(entry -> entry.getValue().boot != DISOWNED)
            .map(Map.Entry::getKey)
            .toList();
    if (strangers.size() > STRANGERS_MAX) {
      long first = strangers.getFirst();
      long forgotten = first == newest ? strangers.getLast() : first;
      seen.remove(forgotten);
      forgetful.remove(forgotten);
      heard.remove(forgotten);
    }
  }

  /** The member becomes a cluster of its own: nobody else has a say any more. */
  synchronized void own(long self) {
    changed |= seen.remove(self) != null;
  }

  /** Whether what this life of a member says may count. */
  boolean admits(Sender sender) {
    if (refuses(sender.id(), sender.incarnation(), sender.boot()) != null) {
      return false;
    }
    met(sender.id(), sender.incarnation(), sender.boot());
    synchronized (this) {
      Seen known = seen.get(sender.id());
      if (known != null
          && known.acknowledgedBoot < sender.boot()
          && sender.recoveredIndex() < known.acknowledged) {
        reportForgetful(sender, known);
        return false;
      }
      if (known != null) {
        heard.put(sender.id(), sender.boot());
      }
      return true;
    }
  }

  /** The life of a member that was met last, if any. */
  synchronized Optional<Seen> find(long member) {
    return Optional.ofNullable(seen.get(member));
  }

  /** A member has told this one, which leads, that it holds committed entries up to an index. */
  synchronized void acknowledged(long member, long index) {
    Seen known = seen.get(member);
    Long boot = heard.get(member);
    if (known != null && boot != null && known.acknowledged < index) {
      seen.put(member, new Seen(known.incarnation, known.boot, index, boot));
      changed = true;
    }
  }

  /** Whether there is anything to {@link #save}. */
  synchronized boolean hasChanged() {
    return changed;
  }

  /** Writes what has changed since the last call; on a lane that may block. */
  void save() {
    TreeMap<Long, Seen> content;
    synchronized (this) {
      if (!changed) {
        return;
      }
      changed = false;
      content = new TreeMap<>(seen);
    }
    try {
      file.write(content);
      CoreObserver looksOn = observer;
      if (looksOn != null) {
        content.forEach((member, known) -> looksOn.remembers(member, known.boot));
      }
    } catch (IOException e) {
      // Only the recognition of forgetful members suffers, and only after a restart.
      events.warn("cannot record what is known of other members", field("error", e.toString()));
      synchronized (this) {
        changed = true;
      }
    }
  }

  private long boundTo(long member) {
    Configuration.Member known = members.find(member);
    return known == null ? 0 : known.incarnation();
  }

  private void reportForgetful(Sender sender, Seen known) {
    if (!sender.equals(forgetful.put(sender.id(), sender))) {
      events.error(
          "a member has lost entries that it had acknowledged and is not listened to;"
              + " remove it, then add it again",
          field("remote-peer-id", Long.toHexString(sender.id())),
          field("last-index", sender.recoveredIndex()),
          field("acknowledged-index", known.acknowledged));
    }
  }
}
