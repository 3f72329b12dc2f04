// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.snapshot.Arrival;
import io.cairn.consensusraft.wire.FrameCodec;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.network.PeerNetwork;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What callers put into the inbox beside plain proposals and inputs of the core. */
sealed interface Requests {
  /** A change of the configuration. */
  record Change(ConfigurationChange change, Proposal proposal) implements Requests {
    Input.ProposeChange toInput(long self) {
      boolean leaves = change.kind() == ConfigurationChange.Kind.REMOVE && change.member() == self;
      return new Input.ProposeChange(0, ChangeFormat.encode(change), this, leaves);
    }
  }

  /** A question for an index to read at. */
  record Read(CompletableFuture<Long> answer) implements Requests {}

  /** Leadership is to pass to a member. */
  record Transfer(long to, CompletableFuture<Void> answer) implements Requests {}

  /** The end. */
  record Stop(CompletableFuture<Void> answer) implements Requests {}

  /** Work that went to another lane is done, and nothing comes of it. */
  record WorkDone() implements Requests {}

  /** Work that went to another lane is done. */
  record Outcome(Input input) implements Requests {}

  /** What other members make known. */
  sealed interface OfMembers extends Requests {}

  /**
   * Another member said something.
   *
   * @param weight what it counts for in the bound of what waits
   */
  record Received(FrameCodec.Frame frame, long weight) implements OfMembers {}

  /** The gate of a member lets this one in, or refuses it. */
  record Judged(long member, PeerNetwork.@Nullable Refusal refusal) implements OfMembers {}

  /** A whole state has arrived. */
  record Arrived(Arrival arrival) implements OfMembers {}
}
