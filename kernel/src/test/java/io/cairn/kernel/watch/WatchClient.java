// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.EventFormat;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import io.cairn.spi.store.WatchStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client of one stream that pumps only when a transport would: when woken, until it runs dry. */
final class WatchClient {
  final WatchStream stream;
  private boolean awake;

  WatchClient(WatchWorld world, Caller caller) {
    stream = world.watch.open(caller, () -> awake = true);
  }

  static WatchRequest watching(String key, String end, long start) {
    return new WatchRequest(
        Bytes.utf8(key), Bytes.utf8(end), start, false, false, false, false, 0, false);
  }

  static WatchRequest everything(long start) {
    return watching("\0", "\0", start);
  }

  static WatchRequest withId(WatchRequest request, long id) {
    return new WatchRequest(
        request.key(),
        request.rangeEnd(),
        request.startRevision(),
        request.progressNotify(),
        request.noPut(),
        request.noDelete(),
        request.prevKv(),
        id,
        request.fragment());
  }

  static WatchRequest withPrevKv(WatchRequest request) {
    return new WatchRequest(
        request.key(),
        request.rangeEnd(),
        request.startRevision(),
        request.progressNotify(),
        request.noPut(),
        request.noDelete(),
        true,
        request.watchId(),
        request.fragment());
  }

  static WatchRequest withFragments(WatchRequest request) {
    return new WatchRequest(
        request.key(),
        request.rangeEnd(),
        request.startRevision(),
        request.progressNotify(),
        request.noPut(),
        request.noDelete(),
        request.prevKv(),
        request.watchId(),
        true);
  }

  static WatchRequest withProgress(WatchRequest request) {
    return new WatchRequest(
        request.key(),
        request.rangeEnd(),
        request.startRevision(),
        true,
        request.noPut(),
        request.noDelete(),
        request.prevKv(),
        request.watchId(),
        request.fragment());
  }

  static WatchRequest without(WatchRequest request, boolean puts, boolean deletions) {
    return new WatchRequest(
        request.key(),
        request.rangeEnd(),
        request.startRevision(),
        request.progressNotify(),
        puts,
        deletions,
        request.prevKv(),
        request.watchId(),
        request.fragment());
  }

  boolean isAwake() {
    return awake;
  }

  /** The next message, or null if the client was not woken or runs dry. */
  @Nullable WatchMessage take() {
    if (!awake) {
      return null;
    }
    // Forgotten first: a wake-up during the call must not be lost.
    awake = false;
    WatchMessage message = stream.next();
    if (message != null) {
      awake = true;
    }
    return message;
  }

  /** Everything there is now, as text. */
  List<String> takeAll() {
    List<String> all = new ArrayList<>();
    while (awake) {
      WatchMessage message = take();
      if (message != null) {
        all.add(text(message));
      }
    }
    return all;
  }

  /** A message as one line; its revision first. */
  static String text(WatchMessage message) {
    String head = message.header().revision() + " #" + message.watchId() + " ";
    return switch (message) {
      case WatchMessage.Created _ -> head + "created";
      case WatchMessage.Refused refused -> head + "refused " + refused.reason();
      case WatchMessage.Canceled canceled ->
          head
              + "canceled"
              + (canceled.compactRevision() == 0 ? "" : " at " + canceled.compactRevision());
      case WatchMessage.Progress _ -> head + "progress";
      case WatchMessage.Events events -> {
        StringBuilder line = new StringBuilder(head);
        line.append(events.fragment() ? "fragment" : "events");
        for (Bytes run : events.runs()) {
          EventFormat.forEach(
              run,
              (deletion, encoded, previous) -> {
                KeyValue kv = KeyValueFormat.decode(encoded);
                line.append(deletion ? " -" : " ").append(kv.key().toUtf8());
                if (!deletion) {
                  line.append('=').append(shown(kv.value()));
                }
                line.append('@').append(kv.modRevision());
                if (!previous.isEmpty()) {
                  line.append('(')
                      .append(shown(KeyValueFormat.decode(previous).value()))
                      .append(')');
                }
              });
        }
        yield line.toString();
      }
    };
  }

  private static String shown(Bytes value) {
    return value.length() <= 20 ? value.toUtf8() : value.length() + " bytes";
  }
}
