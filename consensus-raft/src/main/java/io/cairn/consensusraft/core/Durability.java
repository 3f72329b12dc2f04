// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is known to be on this member's disk.
 *
 * <p>Persists are numbered by tokens and complete in order. When the log is truncated while
 * persists are under way, what they write beyond the cut is void: their completion must not count
 * for the entries that took that place, which come with a later token.
 */
final class Durability {

  private static final class Pending {
    final long token;
    long last;

    Pending(long token, long last) {
      this.token = token;
      this.last = last;
    }
  }

  private final Deque<Pending> pending = new ArrayDeque<>();
  private long lastToken;
  private long durableToken;
  private long durable;

  Durability(long durable) {
    this.durable = durable;
  }

  private Durability(Durability other) {
    other.pending.forEach(p -> pending.add(new Pending(p.token, p.last)));
    this.lastToken = other.lastToken;
    this.durableToken = other.durableToken;
    this.durable = other.durable;
  }

  Durability copy() {
    return new Durability(this);
  }

  /** The token that the next persist will have. */
  long nextToken() {
    return lastToken + 1;
  }

  /** The newest token given out, 0 before the first. */
  long lastToken() {
    return lastToken;
  }

  /** The last index whose entry, as it stands in the log, is durable here. */
  long durable() {
    return durable;
  }

  /** A persist that makes the log durable up to {@code last} leaves with the next token. */
  long issue(long last) {
    lastToken++;
    pending.add(new Pending(lastToken, last));
    return lastToken;
  }

  void truncatedFrom(long from) {
    durable = Math.min(durable, from - 1);
    pending.forEach(p -> p.last = Math.min(p.last, from - 1));
  }

  void persisted(long token) {
    while (!pending.isEmpty() && pending.getFirst().token <= token) {
      Pending done = pending.removeFirst();
      durableToken = done.token;
      durable = Math.max(durable, done.last);
    }
  }

  boolean isDurable(long token) {
    return token <= durableToken;
  }

  void addTo(Fingerprint print) {
    // Tokens count up for ever; what distinguishes states is only how far apart they are.
    print.add(durable).add(pending.size());
    pending.forEach(p -> print.add(p.last));
  }
}
