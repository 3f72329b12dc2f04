// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Who waits to read what is true now, and the round that will tell them.
 *
 * <p>A round serves everybody who waited when it began; those who come later wait for the next. On
 * a leader a round is confirmed by a quorum of heartbeat responses (dissertation 6.4), on a
 * follower by the leader's answer.
 */
final class ReadIndexQueue {

  /** A follower that asked on behalf of its own readers. */
  record Remote(long member, long request) {}

  private List<Object> waiting = new ArrayList<>();
  private List<Remote> waitingRemotes = new ArrayList<>();
  private List<Object> served = new ArrayList<>();
  private List<Remote> servedRemotes = new ArrayList<>();
  private long round;
  private long roundIndex;
  private boolean open;

  /**
   * A queue with nobody in it.
   *
   * @param firstRound where rounds are numbered from. It differs from life to life of a process, so
   *     that a late answer to an earlier life is not taken for one to this
   */
  ReadIndexQueue(long firstRound) {
    this.round = firstRound;
  }

  ReadIndexQueue copy() {
    ReadIndexQueue copy = new ReadIndexQueue(round);
    copy.waiting = new ArrayList<>(waiting);
    copy.waitingRemotes = new ArrayList<>(waitingRemotes);
    copy.served = new ArrayList<>(served);
    copy.servedRemotes = new ArrayList<>(servedRemotes);
    copy.roundIndex = roundIndex;
    copy.open = open;
    return copy;
  }

  int size() {
    return waiting.size() + served.size();
  }

  void add(Object origin) {
    waiting.add(origin);
  }

  /** A member's newer request stands for its older ones, which it has given up. */
  void addRemote(long member, long request) {
    waitingRemotes.removeIf(remote -> remote.member == member);
    waitingRemotes.add(new Remote(member, request));
  }

  boolean hasWaiting() {
    return !waiting.isEmpty() || !waitingRemotes.isEmpty();
  }

  boolean isOpen() {
    return open;
  }

  /** The number of the newest round. */
  long round() {
    return round;
  }

  /** Starts a round for all who wait. */
  void begin(long index) {
    round++;
    roundIndex = index;
    open = true;
    List<Object> locals = served;
    served = waiting;
    waiting = locals;
    List<Remote> remotes = servedRemotes;
    servedRemotes = waitingRemotes;
    waitingRemotes = remotes;
  }

  /** The round is confirmed; whoever it served may read at its index. */
  void finish(CoreState state) {
    finish(state, roundIndex);
  }

  void finish(CoreState state, long index) {
    open = false;
    for (Object origin : served) {
      state.out.read(origin, index);
    }
    for (Remote remote : servedRemotes) {
      state.out.send(
          new Message.ReadIndexResponse(state.header(remote.member), remote.request, index));
    }
    served.clear();
    servedRemotes.clear();
  }

  /** The leader is another or none: nobody's question will be answered. */
  void leaderLost(EffectsBuilder out) {
    for (Object origin : served) {
      out.drop(origin, Effects.DropReason.LEADER_CHANGED);
    }
    for (Object origin : waiting) {
      out.drop(origin, Effects.DropReason.LEADER_CHANGED);
    }
    served.clear();
    waiting.clear();
    servedRemotes.clear();
    waitingRemotes.clear();
    open = false;
  }

  void addTo(Fingerprint print) {
    print.add(waiting.size()).add(served.size()).add(round).add(roundIndex).add(open);
    print.add(waitingRemotes.size()).add(servedRemotes.size());
    waitingRemotes.forEach(remote -> print.add(remote.member).add(remote.request));
    servedRemotes.forEach(remote -> print.add(remote.member).add(remote.request));
  }
}
