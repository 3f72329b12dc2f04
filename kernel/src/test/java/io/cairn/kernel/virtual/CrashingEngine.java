// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An engine in memory that can lose its newest commits, as a power cut makes others do (S4). */
public final class CrashingEngine implements ForwardingEngine {
  private final StorageEngine engine;
  private final List<List<Mutation>> commits = new ArrayList<>();
  private int durable;
  private boolean failing;
  private boolean failed;

  /** An empty engine. */
  public CrashingEngine() {
    this.engine =
        new MemoryBackend()
            .open(new StorageOptions(Path.of("unused"), Tables.ALL, 1 << 20, Path.of("unused")));
  }

  /** How many commits there are. */
  public synchronized int commits() {
    return commits.size();
  }

  /** How many commits survive every crash. */
  public synchronized int durableCommits() {
    return durable;
  }

  /** What a crash leaves that loses all but the first {@code kept} commits. */
  public synchronized CrashingEngine crash(int kept) {
    if (kept < durable || kept > commits.size()) {
      throw new IllegalArgumentException(
          "a crash keeps " + durable + " to " + commits.size() + " commits, not " + kept);
    }
    CrashingEngine left = new CrashingEngine();
    for (List<Mutation> batch : commits.subList(0, kept)) {
      left.commit(batch);
    }
    left.durable = durable;
    return left;
  }

  @Override
  public StorageEngine delegate() {
    return engine;
  }

  /** Fails the next commit, and refuses everything after it (S7, S8). */
  public synchronized void fail() {
    failing = true;
  }

  /** Whether a commit has failed. */
  public synchronized boolean hasFailed() {
    return failed;
  }

  private void failIfDue() {
    if (failed) {
      throw new StorageException.Refused("an earlier commit failed");
    }
    if (failing) {
      failed = true;
      throw new StorageException.Full("there is no space left", new IOException("in a test"));
    }
  }

  @Override
  public synchronized void commit(List<Mutation> batch) {
    failIfDue();
    List<Mutation> copy = new ArrayList<>(batch.size());
    for (Mutation mutation : batch) {
      copy.add(
          switch (mutation) {
            case Mutation.Put put ->
                new Mutation.Put(put.table(), own(put.key()), own(put.value()));
            case Mutation.Delete delete -> new Mutation.Delete(delete.table(), own(delete.key()));
            case Mutation.DeleteRange range ->
                new Mutation.DeleteRange(range.table(), own(range.from()), own(range.to()));
          });
    }
    commits.add(copy);
    engine.commit(copy);
  }

  private static Bytes own(Bytes bytes) {
    return Bytes.of(bytes.toByteArray());
  }

  @Override
  public synchronized void barrier() {
    failIfDue();
    engine.barrier();
    durable = commits.size();
  }
}
