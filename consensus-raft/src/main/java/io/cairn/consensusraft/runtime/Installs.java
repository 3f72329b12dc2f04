// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.snapshot.Arrival;
import io.cairn.consensusraft.snapshot.SnapshotExchange;
import io.cairn.spi.environment.OnLane;
import org.jspecify.annotations.Nullable;

/**
 * The one state that has arrived and is not installed yet (C15): first the core decides, then the
 * log records it, then the state machine installs it, before it applies anything that comes later.
 */
@OnLane("raft")
final class Installs {
  private final RaftCore core;
  private final SnapshotExchange exchange;
  private final Work work;
  private final CommittedRun.Membership membership;

  /** What the core is asked about in this step. */
  private @Nullable Arrival asked;

  /** What the log records, with this token. */
  private @Nullable Arrival recorded;

  private long token;

  Installs(
      RaftCore core, SnapshotExchange exchange, Work work, CommittedRun.Membership membership) {
    this.core = core;
    this.exchange = exchange;
    this.work = work;
    this.membership = membership;
  }

  /** A state for the next step of the core. */
  Input take(Arrival arrival) {
    asked = arrival;
    return new Input.Receive(
        new Message.InstallSnapshot(
            new Message.Header(arrival.from(), core.self(), arrival.term(), arrival.incarnation()),
            arrival.point()));
  }

  /** The core has decided: returns the index where the log begins anew, or 0. */
  long decided(Effects effects) {
    Arrival arrival = asked;
    if (arrival == null) {
      return 0;
    }
    asked = null;
    Effects.Persist persist = effects.persist();
    if (persist == null || persist.snapshot() == null) {
      exchange.ignored(arrival, core.role().commit() >= arrival.point().index());
      return 0;
    }
    recorded = arrival;
    token = persist.token();
    return arrival.point().index();
  }

  /** Everything up to a token is durable. */
  void durable(long durableToken) {
    Arrival arrival = recorded;
    if (arrival != null && token <= durableToken) {
      recorded = null;
      work.onApply(() -> {
        membership.replace(arrival.point().configuration());
        arrival.sink().install();
        exchange.installed(arrival);
        return null;
      });
    }
  }
}
