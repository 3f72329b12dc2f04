// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

/**
 * What a leader knows of another member's log.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>state</th><th>sends</th><th>left for</th></tr>
 * <tr><td>PROBE</td><td>one append at a time, to find where the logs agree</td><td>REPLICATE when one
 *     is accepted; SNAPSHOT when the log has been cut above that place</td></tr>
 * <tr><td>REPLICATE</td><td>a pipeline, bounded by messages and bytes</td><td>PROBE when one is
 *     rejected or lost; SNAPSHOT as above</td></tr>
 * <tr><td>SNAPSHOT</td><td>nothing</td><td>REPLICATE when it acknowledges what the log still has;
 *     PROBE when the transfer has ended</td></tr>
 * </table>
 */
final class Progress {
  enum State {
    PROBE,
    REPLICATE,
    SNAPSHOT
  }

  final long id;
  final Inflight inflight;
  State state = State.PROBE;

  /** The logs agree, durably on the other side, up to here. */
  long match;

  /** What goes out next; greater than match. */
  long next;

  /** In PROBE: an append is under way, or the member does not answer; wait for its next sign. */
  boolean paused;

  /** Entries for it are being read back from stable storage. */
  boolean paging;

  /** An append is due even if there is nothing new, because earlier ones may be lost. */
  boolean due;

  /** It was heard from since the last quorum check. */
  boolean active;

  /** The commit index it was last told by an append or a notice. */
  long toldCommit;

  /** The newest read-index round it has confirmed. */
  long confirmedRound;

  Progress(long id, long next, Settings settings) {
    this(id, next, new Inflight(settings.inflightMax(), settings.inflightBytesMax()));
  }

  private Progress(long id, long next, Inflight inflight) {
    this.id = id;
    this.next = next;
    this.inflight = inflight;
  }

  Progress copy() {
    Progress copy = new Progress(id, next, inflight.copy());
    copy.state = state;
    copy.match = match;
    copy.paused = paused;
    copy.paging = paging;
    copy.due = due;
    copy.active = active;
    copy.toldCommit = toldCommit;
    copy.confirmedRound = confirmedRound;
    return copy;
  }

  /** Whether an append may leave now. */
  boolean ready() {
    return !paging
        && switch (state) {
          case PROBE -> !paused;
          case REPLICATE -> due || !inflight.full();
          case SNAPSHOT -> false;
        };
  }

  /** An append that ends with {@code lastIndex} has left. */
  void sent(long lastIndex, int bytes, boolean empty, long commit) {
    due = false;
    toldCommit = commit;
    switch (state) {
      case PROBE -> paused = true;
      case REPLICATE -> {
        if (!empty) {
          inflight.add(lastIndex, bytes);
          next = lastIndex + 1;
        }
      }
      case SNAPSHOT -> throw new IllegalStateException("appends do not go to a snapshot receiver");
    }
  }

  /** The member has acknowledged up to {@code index}; {@code cut} is where the log begins. */
  void accepted(long index, long cut) {
    boolean news = index > match;
    match = Math.max(match, index);
    next = Math.max(next, match + 1);
    switch (state) {
      case PROBE -> {
        if (news || index == match) {
          replicate();
        }
      }
      case REPLICATE -> inflight.freeTo(index);
      case SNAPSHOT -> {
        if (match >= cut) {
          replicate();
        }
      }
    }
  }

  /** The member had no match at {@code rejected}; {@code guess} is where it may have one. */
  void rejected(long rejected, long guess) {
    switch (state) {
      case REPLICATE -> {
        if (rejected > match) {
          probeFrom(match + 1);
        }
      }
      case PROBE -> {
        if (rejected == next - 1) {
          probeFrom(Math.max(Math.min(rejected, guess + 1), match + 1));
        }
      }
      case SNAPSHOT -> {}
    }
  }

  void probeFrom(long index) {
    state = State.PROBE;
    next = index;
    paused = false;
    due = true;
    inflight.clear();
  }

  void snapshot() {
    state = State.SNAPSHOT;
    inflight.clear();
  }

  private void replicate() {
    state = State.REPLICATE;
    next = match + 1;
    paused = false;
    inflight.clear();
  }

  void addTo(Fingerprint print) {
    print
        .add(id)
        .add(
            switch (state) {
              case PROBE -> 1;
              case REPLICATE -> 2;
              case SNAPSHOT -> 3;
            })
        .add(match)
        .add(next)
        .add(paused)
        .add(paging)
        .add(due);
    print.add(active).add(toldCommit).add(confirmedRound);
    inflight.addTo(print);
  }
}
