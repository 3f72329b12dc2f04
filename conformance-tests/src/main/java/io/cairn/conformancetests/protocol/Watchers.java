// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.apiprotos.etcdserverpb.WatchCancelRequest;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchProgressRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A stream of watchers. */
public final class Watchers implements AutoCloseable {
  private static final int AHEAD_MAX = 1024;

  /** A server that is not ready yet says nothing, and must be asked again. */
  private static final Duration ASK_AGAIN = Duration.ofMillis(100);

  private final Duration patience;
  private final StreamCall<WatchRequest, WatchResponse> stream;

  Watchers(Endpoint endpoint, Duration patience) {
    this.patience = patience;
    this.stream = StreamCall.open(AHEAD_MAX, patience, endpoint.watch()::watch);
  }

  /** Asks for a watcher, and returns what comes next. */
  public WatchResponse create(WatchCreateRequest.Builder request) {
    send(request);
    return next();
  }

  /** Asks for a watcher. */
  public void send(WatchCreateRequest.Builder request) {
    stream.send(WatchRequest.newBuilder().setCreateRequest(request).build());
  }

  /** Makes a watcher, and returns its id. */
  public long begin(WatchCreateRequest.Builder request) {
    WatchResponse response = create(request);
    assertThat(response.getCreated()).as("created in %s", response).isTrue();
    assertThat(response.getCanceled()).as("canceled in %s", response).isFalse();
    return response.getWatchId();
  }

  /** Asks for the end of a watcher. */
  public void cancel(long id) {
    stream.send(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
            .build());
  }

  /** Sends anything. */
  public void send(WatchRequest request) {
    stream.send(request);
  }

  /** Says that nothing more will be asked for. */
  public void halfClose() {
    stream.halfClose();
  }

  /** The next response. */
  public WatchResponse next() {
    return stream.next();
  }

  /** Events, as many as are expected, of whichever watchers, and no progress. */
  public List<Event> events(int count) {
    List<Event> events = new ArrayList<>();
    while (events.size() < count) {
      WatchResponse response = next();
      assertThat(response.getCanceled()).as("canceled in %s", response).isFalse();
      events.addAll(response.getEventsList());
    }
    assertThat(events).as("events").hasSize(count);
    return events;
  }

  /** Asks for the progress of the stream until it is told. */
  public WatchResponse progress() {
    WatchRequest request =
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build();
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      send(request);
      Optional<WatchResponse> response = stream.within(ASK_AGAIN);
      if (response.isPresent()) {
        return response.get();
      }
      if (System.nanoTime() - deadline >= 0) {
        throw new AssertionError("no progress was told within " + patience);
      }
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
