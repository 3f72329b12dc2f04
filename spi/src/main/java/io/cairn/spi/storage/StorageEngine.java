// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import io.cairn.spi.environment.ThreadSafe;
import java.util.List;

/**
 * A set of ordered tables that survives a crash at any instruction (S1-S13).
 *
 * <p><b>Threads.</b> {@link #view}, {@link #size} and {@link #close} may be called from any thread.
 * {@link #commit} and {@link #barrier} are called by one thread at a time; {@link #reclaim} by
 * another, beside them. Any number of views may be open meanwhile.
 *
 * <p><b>Blocking.</b> Every method may block on the medium; none may be called on an event loop.
 *
 * <p><b>Ownership.</b> Bytes handed in are the caller's again when the call returns; bytes handed
 * out are the caller's. A view pins resources until it is closed.
 *
 * <p><b>Failure.</b> Methods throw {@link StorageException} and nothing else. After a failed commit
 * or barrier the engine refuses all further work (S7).
 */
@ThreadSafe
public interface StorageEngine extends AutoCloseable {
  /** A stable view of everything committed so far (S2). */
  StorageView view();

  /**
   * Applies all of {@code batch}, in order, or none of it (S3). May be lost until a barrier (S4).
   */
  void commit(List<Mutation> batch);

  /** Returns once everything committed before the call is on stable media (S4). */
  void barrier();

  /** What the engine occupies; cheap enough to be asked several times a second. */
  StorageSize size();

  /**
   * Gives unused space back to the file system as far as the engine can do that beside other work
   * (S10). May take long; returns when done.
   */
  void reclaim();

  /** Releases everything (S11). */
  @Override
  void close();
}
