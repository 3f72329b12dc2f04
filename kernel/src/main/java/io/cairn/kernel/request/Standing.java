// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** How this member stands in its cluster: who leads, whether it is a learner, what headers say. */
@ThreadSafe
public final class Standing {
  /** Is told of changes, on the apply lane; must be short. */
  @FunctionalInterface
  public interface Listener {
    /** Somebody else, or nobody, or this member leads now. */
    void leadership(Leadership leadership);
  }

  private final long clusterId;
  private final long memberId;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  // Written by the apply lane, read by everybody; each alone is consistent, which is all that is
  // asked.
  private volatile Leadership leadership = Leadership.NONE;
  private volatile boolean learner;

  /** A member that knows no leader yet. */
  public Standing(KernelOptions options) {
    this.clusterId = options.clusterId();
    this.memberId = options.memberId();
  }

  /** Who leads, as far as this member knows. */
  public Leadership leadership() {
    return leadership;
  }

  /** Whether this member follows without a vote. */
  public boolean isLearner() {
    return learner;
  }

  /** This member's id. */
  public long memberId() {
    return memberId;
  }

  /** The header of an answer that leaves now. */
  public ResponseHeader header(long revision) {
    return new ResponseHeader(clusterId, memberId, revision, leadership.term());
  }

  /**
   * What every request but the few that learners serve asks first.
   *
   * @return why the request is refused, or null
   */
  public @Nullable Reason refuses(Caller caller) {
    return learner ? new Reason.NotSupportedForLearner() : refusesForLeader(caller);
  }

  /** The same for requests that a learner serves. */
  public @Nullable Reason refusesForLeader(Caller caller) {
    return caller.requireLeader() && leadership.leader() == 0 ? new Reason.NoLeader() : null;
  }

  /** Adds a listener; it hears the present leadership at the next change only. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Takes over what consensus says. Apply lane. */
  public void leadership(Leadership next) {
    leadership = next;
    for (Listener listener : listeners) {
      listener.leadership(next);
    }
  }

  /** Takes over the configuration in effect. Apply lane. */
  public void configuration(Configuration configuration) {
    learner = configuration.isLearner(memberId);
  }
}
