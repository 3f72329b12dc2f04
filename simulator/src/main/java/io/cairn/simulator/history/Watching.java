// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.List;

/**
 * What one watcher asked for and was told, until it ended.
 *
 * @param client whose it was
 * @param member who served it
 * @param range the keys
 * @param startRevision the first revision of interest; 0 for whatever comes next
 * @param flags what else was asked for
 * @param createdRevision the revision in the header of the message that it exists
 * @param messages what it was told, in order
 */
public record Watching(
    int client,
    long member,
    KeyRange range,
    long startRevision,
    Flags flags,
    long createdRevision,
    List<Told> messages) {
  /** What else can be asked for. */
  public record Flags(boolean noPut, boolean noDelete, boolean prevKv) {
    /** Everything, without previous key-values. */
    public static final Flags NONE = new Flags(false, false, false);
  }

  /** Something that a watcher was told. */
  public sealed interface Told {
    /**
     * Changes.
     *
     * @param fragment whether the last revision goes on in the next message
     */
    record Events(long headerRevision, List<Event> events, boolean fragment) implements Told {}

    /** Everything up to the revision has been told. */
    record Progress(long revision) implements Told {}

    /** The watcher ended because history was compacted up to the revision. */
    record Compacted(long compactRevision) implements Told {}
  }

  /**
   * A change of a key.
   *
   * @param keyValue the encoded key-value
   * @param previous the encoded previous one, empty for none
   */
  public record Event(boolean deletion, Bytes keyValue, Bytes previous) {}
}
