// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.ledger;

import io.cairn.apiprotos.mvccpb.Event;
import java.util.Optional;

/**
 * One key that one revision has changed.
 *
 * @param value empty if the key was deleted
 * @param version how often it was put since it was created, 0 if it was deleted
 */
public record Change(
    long revision, String key, Optional<String> value, long createRevision, long version) {
  /** What {@code event} tells. */
  static Change of(Event event) {
    var kv = event.getKv();
    boolean put = event.getType() == Event.EventType.PUT;
    return new Change(
        kv.getModRevision(),
        kv.getKey().toStringUtf8(),
        put ? Optional.of(kv.getValue().toStringUtf8()) : Optional.empty(),
        kv.getCreateRevision(),
        kv.getVersion());
  }
}
