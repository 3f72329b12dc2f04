// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.kernel.backup.Pages.Bucket;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a whole database, a bounded step at a time: all buckets once for the page numbers only,
 * then again in earnest.
 */
@OnLane("owner")
final class DatabaseWriter implements AutoCloseable {
  private final List<BucketSource> sources;
  private final PageOutput out;

  private boolean measured;
  private List<Bucket> buckets = new ArrayList<>();
  private List<Bucket> measuredBuckets = List.of();
  private long nextPage = Pages.FIRST_BUCKET_PAGE;
  private long end;
  private @Nullable BucketTree tree;
  private @Nullable Cursor entries;

  /** Will write {@code sources}, whose names ascend, to {@code out}. */
  DatabaseWriter(List<BucketSource> sources, PageOutput out) {
    this.sources = sources;
    this.out = out;
  }

  /** Whether the size is known and writing has begun. */
  boolean isMeasured() {
    return measured;
  }

  /** The length of the file, once it is known. */
  long fileBytes() {
    InvariantViolation.check(measured, "the size of a backup is asked for when it is known");
    return end * Pages.PAGE_BYTES;
  }

  /** Whether everything has been written. */
  boolean isFinished() {
    return measured && buckets.size() == sources.size();
  }

  /** Handles entries of about {@code bytes} bytes. */
  void step(long bytes) {
    for (long rest = bytes; rest > 0 && !isFinished(); ) {
      BucketTree into = tree;
      Cursor from = entries;
      if (into == null || from == null) {
        tree = new BucketTree(measured ? out : PageOutput.NONE, nextPage);
        entries = sources.get(buckets.size()).entries().get();
      } else if (from.next()) {
        into.add(from.key(), from.value());
        rest -= Pages.leafBytes(from.key(), from.value());
      } else {
        endBucket(into, from);
      }
    }
  }

  private void endBucket(BucketTree ended, Cursor from) {
    buckets.add(new Bucket(sources.get(buckets.size()).name(), ended.finish()));
    nextPage = ended.nextPage();
    from.close();
    tree = null;
    entries = null;
    if (buckets.size() < sources.size()) {
      return;
    }
    if (measured) {
      InvariantViolation.check(
          nextPage == end && buckets.equals(measuredBuckets),
          "a backup is written as it was measured");
    } else {
      measured = true;
      end = nextPage;
      measuredBuckets = buckets;
      Pages.writeFront(out, measuredBuckets, end);
      buckets = new ArrayList<>();
      nextPage = Pages.FIRST_BUCKET_PAGE;
    }
  }

  @Override
  public void close() {
    Cursor open = entries;
    entries = null;
    tree = null;
    if (open != null) {
      open.close();
    }
  }
}
