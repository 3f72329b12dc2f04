// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.ledger;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.WatchCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** All that a member has stored, in order of revision, as a watch from the beginning tells it. */
public final class History {
  private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
  private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);

  private final TreeMap<Long, List<Change>> revisions = new TreeMap<>();
  private final Map<String, TreeMap<Long, Change>> byKey = new HashMap<>();

  private History() {}

  /** What is to be asked for everything from {@code revision} on. */
  static WatchCreateRequest everythingFrom(long revision) {
    return WatchCreateRequest.newBuilder()
        .setKey(EVERYTHING)
        .setRangeEnd(EVERYTHING)
        .setStartRevision(revision)
        .build();
  }

  /** A history of those changes, in that order. */
  static History of(List<Change> changes) {
    History history = new History();
    changes.forEach(history::add);
    return history;
  }

  /** What the member that {@code client} talks to has stored up to {@code revision}. */
  public static History read(GrpcClient client, long revision)
      throws IOException, InterruptedException {
    History history = new History();
    try (WatchCall watch = new WatchCall(client, everythingFrom(1))) {
      while (history.latest() < revision) {
        Optional<WatchResponse> response = watch.next(SILENCE_MAX);
        if (response.isEmpty() || response.get().getCanceled()) {
          throw new IOException(
              "the history ends at " + history.latest() + ", before " + revision + ": " + response);
        }
        response.get().getEventsList().forEach(event -> history.add(Change.of(event)));
      }
    }
    history.revisions.tailMap(revision, false).clear();
    return history;
  }

  /** The last revision. */
  public long latest() {
    return revisions.isEmpty() ? 0 : revisions.lastKey();
  }

  /** What each revision has changed, in order. */
  public NavigableMap<Long, List<Change>> revisions() {
    return revisions;
  }

  /** The last change of {@code key} up to {@code revision}, if there was one. */
  Optional<Change> changeAt(String key, long revision) {
    TreeMap<Long, Change> changes = byKey.get(key);
    Map.Entry<Long, Change> last = changes == null ? null : changes.floorEntry(revision);
    return last == null ? Optional.empty() : Optional.of(last.getValue());
  }

  private void add(Change change) {
    revisions.computeIfAbsent(change.revision(), _ -> new ArrayList<>()).add(change);
    byKey.computeIfAbsent(change.key(), _ -> new TreeMap<>()).put(change.revision(), change);
  }
}
