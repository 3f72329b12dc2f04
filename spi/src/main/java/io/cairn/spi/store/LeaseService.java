// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Keys that live only as long as somebody cares (V6-V10). */
@ThreadSafe
public interface LeaseService {
  /**
   * A lease was granted.
   *
   * @param id its id
   * @param ttlSeconds the time to live that it got
   */
  record Granted(ResponseHeader header, long id, long ttlSeconds) {}

  /**
   * A lease was renewed.
   *
   * @param id its id
   * @param ttlSeconds the time to live from now on; 0 if there is no such lease
   */
  record KeptAlive(ResponseHeader header, long id, long ttlSeconds) {}

  /**
   * How long a lease has to live.
   *
   * @param id its id
   * @param ttlSeconds whole seconds left; -1 if there is no such lease
   * @param grantedTtlSeconds what it was granted; 0 if there is no such lease
   * @param keys the keys that hang on it, if asked for
   */
  record TimeToLive(
      ResponseHeader header, long id, long ttlSeconds, long grantedTtlSeconds, List<Bytes> keys) {}

  /** The ids of all leases. */
  record Leases(ResponseHeader header, List<Long> ids) {}

  /**
   * Makes a lease.
   *
   * @param id the id wanted, 0 for any
   * @param ttlSeconds the time to live wanted
   */
  CompletionStage<Granted> grant(Caller caller, long id, long ttlSeconds);

  /** Ends a lease and deletes its keys. */
  CompletionStage<HeaderResult> revoke(Caller caller, long id);

  /** Renews a lease, once. */
  CompletionStage<KeptAlive> keepAlive(Caller caller, long id);

  /**
   * Opens a stream of renewals. A caller that demands a leader is refused if there is none now;
   * later renewals wait for one, and only when there has been none for long does the stream end.
   *
   * @param end told, on any thread, once or more often, that the stream has to end, and why
   * @throws StoreException if the caller demands a leader and there is none, or the member is a
   *     learner
   */
  Renewals open(Caller caller, Consumer<Reason> end);

  /** A stream of renewals. */
  @ThreadSafe
  interface Renewals extends AutoCloseable {
    /** Renews a lease. */
    CompletionStage<KeptAlive> keepAlive(long id);

    /** Forgets the stream. */
    @Override
    void close();
  }

  /** Tells how long a lease has to live. */
  CompletionStage<TimeToLive> timeToLive(Caller caller, long id, boolean keys);

  /** Lists the leases that this member knows. */
  CompletionStage<Leases> list(Caller caller);
}
