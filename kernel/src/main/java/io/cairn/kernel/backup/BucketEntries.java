// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a bucket in key order.
 *
 * <p>A file made to harm could lead in circles. Keys that do not ascend are refused, leaves and
 * branches without entries likewise, and trees deeper than any real one; so whatever it says, every
 * page is visited once, and few are held.
 */
@OnLane("caller")
public final class BucketEntries {
  /** A branch has two children at least, mostly more than a hundred. */
  private static final int DEPTH_MAX = 32;

  private final DatabaseReader database;
  private final String name;
  private final boolean ofBuckets;
  private final Deque<Frame> path = new ArrayDeque<>(DEPTH_MAX);
  private DatabasePage.@Nullable Entry present;

  private static final class Frame {
    private final DatabasePage page;
    private int next;

    private Frame(DatabasePage page) {
      this.page = page;
    }
  }

  BucketEntries(DatabaseReader database, String name, DatabasePage root, boolean ofBuckets)
      throws IOException {
    this.database = database;
    this.name = name;
    this.ofBuckets = ofBuckets;
    if (root.isBranch() && root.count() == 0) {
      throw root.damaged("it is a branch without children");
    }
    path.push(new Frame(root));
  }

  /** Goes to the next entry; false if there is none. */
  public boolean next() throws IOException {
    for (Frame top = path.peek(); top != null; top = path.peek()) {
      if (top.next == top.page.count()) {
        path.pop();
      } else if (top.page.isBranch()) {
        descend(DatabasePage.read(database, top.page.child(top.next++)));
      } else {
        take(top.page, top.next++);
        return true;
      }
    }
    return false;
  }

  private void descend(DatabasePage child) throws IOException {
    if (child.count() == 0) {
      throw child.damaged("it is empty");
    }
    if (path.size() == DEPTH_MAX) {
      throw child.damaged("it lies below " + DEPTH_MAX + " others, which leads in circles");
    }
    path.push(new Frame(child));
  }

  private void take(DatabasePage leaf, int i) throws IOException {
    DatabasePage.Entry entry = leaf.entry(i);
    DatabasePage.Entry before = present;
    if (before != null && before.key().compareTo(entry.key()) >= 0) {
      throw leaf.damaged("entry %d of bucket '%s' is out of order".formatted(i, name));
    }
    if (entry.bucket() != ofBuckets) {
      throw leaf.damaged(
          "entry %d of bucket '%s' is %s"
              .formatted(
                  i, name, ofBuckets ? "no bucket" : "a bucket, which etcd has none of there"));
    }
    present = entry;
  }

  /** The key of the present entry. */
  public Bytes key() {
    return present().key();
  }

  /** The value of the present entry. */
  public Bytes value() {
    return present().value();
  }

  private DatabasePage.Entry present() {
    DatabasePage.Entry entry = present;
    if (entry == null) {
      throw new IllegalStateException("an entry is asked for before the first one");
    }
    return entry;
  }
}
