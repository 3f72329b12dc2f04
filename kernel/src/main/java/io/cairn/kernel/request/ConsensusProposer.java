// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.CommandCodec;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.state.Published;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Proposes to a consensus engine. */
@ThreadSafe
public final class ConsensusProposer implements Proposer {
  /** etcd's bound on entries that are committed and not applied. */
  private static final long APPLY_LAG_MAX = 5000;

  /** From this size on it pays to look at a request once more in order to have it once only. */
  private static final int LARGE_BYTES = 8 << 10;

  private final Consensus consensus;
  private final Published published;
  private final Suspicion suspicion;
  private final int maxRequestBytes;
  private final AtomicLong requestIds;

  /** Proposes for the member that {@code options} describe. */
  public ConsensusProposer(
      KernelOptions options,
      Consensus consensus,
      Published published,
      Suspicion suspicion,
      TimeSource time) {
    this.consensus = consensus;
    this.published = published;
    this.suspicion = suspicion;
    this.maxRequestBytes = options.maxRequestBytes();
    this.requestIds = new AtomicLong(firstRequestId(options.memberId(), time.wallMillis()));
  }

  /**
   * As etcd forms them: 16 bits of the member id, 40 bits of the time of start, 8 bits of counter.
   */
  static long firstRequestId(long memberId, long startMillis) {
    return memberId << 48 | (startMillis & 0xff_ffff_ffffL) << 8;
  }

  @Override
  public <R> CompletableFuture<R> propose(Command<R> command, Identity identity, AnswerRoom room) {
    if (consensus.status().committedIndex() > published.state().appliedIndex() + APPLY_LAG_MAX) {
      return Answers.refused(new Reason.TooManyRequests());
    }
    long requestId = requestIds.incrementAndGet();
    Bytes payload = CommandCodec.encode(requestId, identity, command, maxRequestBytes);
    if (payload == null) {
      return Answers.refused(new Reason.RequestTooLarge());
    }
    PendingCommand<R> pending =
        new PendingCommand<>(
            payload.length() > LARGE_BYTES ? decoded(payload) : command,
            identity,
            room,
            payload,
            suspicion);
    consensus.propose(pending);
    return pending;
  }

  /** The same command, as slices of the payload: those of the client's message can go. */
  @SuppressWarnings("unchecked") // What has been encoded has the type that it had.
  private static <R> Command<R> decoded(Bytes payload) {
    return (Command<R>) CommandCodec.decode(payload).command();
  }

  @Override
  public <R> CompletableFuture<R> proposeChange(ConfigurationChange change, Class<R> answer) {
    PendingAnswer<R> pending = new PendingAnswer<>(Bytes.EMPTY, suspicion);
    consensus.proposeChange(change, pending);
    return pending;
  }
}
