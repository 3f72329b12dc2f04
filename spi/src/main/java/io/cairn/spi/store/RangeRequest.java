// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Asks for the key-values of a range.
 *
 * @param range the keys
 * @param limit how many at most; no bound if not positive
 * @param revision the revision to read at; the latest if not positive
 * @param order the direction of sorting
 * @param target what is sorted by
 * @param serializable whether local, possibly stale state will do
 * @param keysOnly whether values are left out
 * @param countOnly whether only the count is wanted
 * @param minModRevision least modification revision, 0 for any
 * @param maxModRevision greatest modification revision, 0 for any
 * @param minCreateRevision least create revision, 0 for any
 * @param maxCreateRevision greatest create revision, 0 for any
 */
public record RangeRequest(
    KeyRange range,
    long limit,
    long revision,
    SortOrder order,
    SortTarget target,
    boolean serializable,
    boolean keysOnly,
    boolean countOnly,
    long minModRevision,
    long maxModRevision,
    long minCreateRevision,
    long maxCreateRevision)
    implements Operation {

  /** The direction of sorting. */
  public enum SortOrder {
    /** None asked for. */
    NONE,
    /** Smallest first. */
    ASCEND,
    /** Greatest first. */
    DESCEND,
    /** A number that is not known (V10). */
    UNKNOWN
  }

  /** What a range is sorted by. */
  public enum SortTarget {
    /** The key. */
    KEY,
    /** The version. */
    VERSION,
    /** The create revision. */
    CREATE,
    /** The modification revision. */
    MOD,
    /** The value. */
    VALUE,
    /** A number that is not known (V10). */
    UNKNOWN
  }

  /** All of {@code range} as it is now. */
  public static RangeRequest of(KeyRange range) {
    return new RangeRequest(
        range, 0, 0, SortOrder.NONE, SortTarget.KEY, false, false, false, 0, 0, 0, 0);
  }

  /** Whether any filter on revisions is set. */
  public boolean isFiltered() {
    return (minModRevision | maxModRevision | minCreateRevision | maxCreateRevision) != 0;
  }
}
