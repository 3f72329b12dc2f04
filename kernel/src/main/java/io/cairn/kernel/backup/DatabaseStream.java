// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A backup on its way to a client.
 *
 * <p>All work is done on a lane that may read from the engine, in steps of about a quarter of a
 * mebibyte, between which others get their turn. Nothing is produced that was not asked for.
 */
@ThreadSafe
public final class DatabaseStream implements BackupStream {
  private static final long STEP_BYTES = 256 * 1024;

  private final StorageView view;
  private final Lane lane;
  private final EventLog log;
  private final Consumer<DatabaseStream> onEnd;
  private final ChunkAssembler chunks = new ChunkAssembler();
  private final DatabaseWriter writer;

  // Owned by the lane.
  private long sent;
  private boolean ended;

  /**
   * A database with the buckets {@code sources}, whose names ascend.
   *
   * @param view where they are read from; belongs to the stream from now on
   * @param lane where they are read
   * @param onEnd runs on the lane when the view has been closed
   */
  public DatabaseStream(
      StorageView view,
      List<BucketSource> sources,
      Lane lane,
      EventLog log,
      Consumer<DatabaseStream> onEnd) {
    this.view = view;
    this.lane = lane;
    this.log = log;
    this.onEnd = onEnd;
    this.writer = new DatabaseWriter(sources, chunks);
  }

  @Override
  public CompletionStage<Chunk> next() {
    CompletableFuture<Chunk> answer = new CompletableFuture<>();
    lane.execute(() -> pull(answer));
    return answer;
  }

  @Override
  public void close() {
    lane.execute(this::end);
  }

  private void pull(CompletableFuture<Chunk> answer) {
    if (ended) {
      answer.completeExceptionally(new StoreException(new Reason.CallCanceled()));
      return;
    }
    try {
      work();
    } catch (StorageException | IllegalArgumentException e) {
      end();
      log.error("failed to read the store for a backup", field("error", e.toString()));
      answer.completeExceptionally(new StoreException(new Reason.Internal(e.toString())));
      return;
    }
    Bytes chunk = chunks.poll();
    if (chunk != null) {
      sent += chunk.length();
      answer.complete(new Chunk(writer.fileBytes() - sent, chunk, false));
    } else if (writer.isFinished()) {
      InvariantViolation.check(sent == writer.fileBytes(), "a backup is as long as announced");
      end();
      log.info("successfully sent database snapshot to client", field("total-bytes", sent));
      answer.complete(new Chunk(0, chunks.digest(), true));
    } else {
      lane.execute(() -> pull(answer));
    }
  }

  private void work() {
    if (chunks.isReady() || writer.isFinished()) {
      return;
    }
    boolean measuring = !writer.isMeasured();
    writer.step(STEP_BYTES);
    if (measuring && writer.isMeasured()) {
      log.info("sending database snapshot to client", field("total-bytes", writer.fileBytes()));
    }
    if (writer.isFinished()) {
      chunks.cut();
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      writer.close();
      view.close();
      onEnd.accept(this);
    }
  }
}
