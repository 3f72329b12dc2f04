// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import io.cairn.kernel.backup.BackupException;
import io.cairn.kernel.backup.BucketEntries;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import java.io.IOException;

/**
 * The records of a backup in revision order, each checked to be what a member would have written.
 *
 * <p>A record without content is the mark that etcdutl leaves of {@code --bump-revision}: it counts
 * as a revision and belongs to no key, so it is passed over.
 */
@OnLane("caller")
final class HistoryEntries {
  /** More than can have been counted; beyond it members could not count on. */
  static final long REVISION_MAX = 1L << 62;

  private final BucketEntries entries;
  private RevisionKey at = new RevisionKey(0, 0, false);
  private KeyValue content = NOTHING;
  private long newest = 1;

  private static final KeyValue NOTHING = new KeyValue(Bytes.EMPTY, 0, 0, 0, Bytes.EMPTY, 0);

  HistoryEntries(Backup backup) throws IOException {
    this.entries = backup.database().entries(Backup.KEY);
  }

  /** Goes to the next record; false if there is none. */
  boolean next() throws IOException {
    while (entries.next()) {
      RevisionKey before = at;
      try {
        at = RevisionKey.parse(entries.key());
      } catch (IllegalArgumentException e) {
        throw damaged("its key is no revision");
      }
      if (at.main() < 1
          || at.main() > REVISION_MAX
          || at.main() < before.main()
          || (at.main() == before.main() && at.sub() <= before.sub())) {
        throw damaged("it is out of order");
      }
      newest = at.main();
      if (!entries.value().isEmpty()) {
        decode();
        return true;
      }
    }
    return false;
  }

  private void decode() throws IOException {
    try {
      content = KeyValueFormat.decode(entries.value());
    } catch (IllegalArgumentException e) {
      throw damaged("its content is no key and value: " + e.getMessage());
    }
    boolean sound =
        at.tombstone()
            ? content.version() == 0
            : content.version() > 0
                && content.modRevision() == at.main()
                && content.createRevision() > 0
                && content.createRevision() <= at.main();
    if (content.key().isEmpty() || !sound) {
      throw damaged("its key, revisions and version contradict each other");
    }
  }

  private BackupException damaged(String what) {
    return BackupException.damaged("the record " + entries.key() + " of bucket 'key'", what);
  }

  /** Where the record stands. */
  RevisionKey at() {
    return at;
  }

  /** The same as it is stored. */
  Bytes key() {
    return entries.key();
  }

  /** The record as it is stored. */
  Bytes record() {
    return entries.value();
  }

  /** The record taken apart. */
  KeyValue content() {
    return content;
  }

  /** The newest revision so far, 1 before the first one. */
  long newest() {
    return newest;
  }
}
