// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One position of the replicated log.
 *
 * @param index the position, from 1
 * @param term the term of the leader that appended it
 * @param kind what the payload is
 * @param format the version of the payload's encoding
 * @param flags reserved for per-entry properties such as compression; zero today
 * @param payload the bytes that every member stores and applies
 * @param origin what this process handed in with the proposal, to be recognised when the entry
 *     comes out again; or a {@link Forwarded}, the only kind of origin that is sent to others; null
 *     for entries of whose origin nothing is known. It is not part of the entry: it is neither
 *     stored nor compared
 */
public record Entry(
    long index,
    long term,
    EntryKind kind,
    byte format,
    byte flags,
    Bytes payload,
    @Nullable Object origin) {

  /** The payload encoding that this version writes. */
  public static final byte CURRENT_FORMAT = 1;

  /** What an entry costs beside its payload, in every bound that counts bytes. */
  public static final int OVERHEAD_BYTES = 48;

  /** An entry in the current format that no local caller waits for. */
  public static Entry of(long index, long term, EntryKind kind, Bytes payload) {
    return new Entry(index, term, kind, CURRENT_FORMAT, (byte) 0, payload, null);
  }

  /** What the entry counts for in bounds of memory and message size. */
  public int weight() {
    return payload.length() + OVERHEAD_BYTES;
  }

  /** The same entry as seen by a member that did not propose it. */
  public Entry withoutOrigin() {
    return origin == null || origin instanceof Forwarded ? this : withOrigin(Forwarded.BY_NOBODY);
  }

  /** The same entry with another origin. */
  public Entry withOrigin(@Nullable Object other) {
    return new Entry(index, term, kind, format, flags, payload, other);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Entry that
        && index == that.index
        && term == that.term
        && kind == that.kind
        && format == that.format
        && flags == that.flags
        && payload.equals(that.payload);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(index * 31 + term) * 31 + payload.hashCode();
  }
}
