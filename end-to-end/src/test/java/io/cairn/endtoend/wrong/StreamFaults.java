// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.wrong;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.SnapshotResponse;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What can be wrong with watches, leases and backups. */
final class StreamFaults {
  private static final long TOO_EARLY_MILLIS = 300;

  private StreamFaults() {}

  /** Changes what watchers are told. */
  private static Fault watch(Function<WatchResponse, List<WatchResponse>> change) {
    return new Fault() {
      @Override
      public List<Message> told(Message response) {
        return response instanceof WatchResponse watch
            ? List.copyOf(change.apply(watch))
            : List.of(response);
      }
    };
  }

  /** Changes the events that watchers are told, one by one. */
  private static Fault events(UnaryOperator<Event> change) {
    return watch(response -> {
      WatchResponse.Builder changed = response.toBuilder().clearEvents();
      response.getEventsList().forEach(event -> changed.addEvents(change.apply(event)));
      return List.of(changed.build());
    });
  }

  /** Changes the watchers that are asked for. */
  private static Fault watchRequest(UnaryOperator<WatchCreateRequest> change) {
    return new Fault() {
      @Override
      public Message asked(Message request) {
        return request instanceof WatchRequest watch && watch.hasCreateRequest()
            ? WatchRequest.newBuilder()
                .setCreateRequest(change.apply(watch.getCreateRequest()))
                .build()
            : request;
      }
    };
  }

  /** Every twentieth response with events is not sent. */
  static Fault watchGap() {
    AtomicInteger responses = new AtomicInteger();
    return watch(response ->
        response.getEventsCount() > 0 && responses.incrementAndGet() % 20 == 0
            ? List.of()
            : List.of(response));
  }

  /** Every twentieth response with events is sent twice. */
  static Fault watchDuplicate() {
    AtomicInteger responses = new AtomicInteger();
    return watch(response ->
        response.getEventsCount() > 0 && responses.incrementAndGet() % 20 == 0
            ? List.of(response, response)
            : List.of(response));
  }

  /** Deletions are not told. */
  static Fault droppedDeletions() {
    return watch(response -> {
      List<Event> puts =
          response.getEventsList().stream()
              .filter(event -> event.getType() == Event.EventType.PUT)
              .toList();
      return puts.isEmpty() && response.getEventsCount() > 0
          ? List.of()
          : List.of(response.toBuilder().clearEvents().addAllEvents(puts).build());
    });
  }

  /** The changes of one revision come one by one. */
  static Fault revisionInParts() {
    return watch(response -> {
      if (response.getEventsCount() < 2) {
        return List.of(response);
      }
      List<WatchResponse> parts = new ArrayList<>();
      for (Event event : response.getEventsList()) {
        parts.add(response.toBuilder().clearEvents().addEvents(event).build());
      }
      return parts;
    });
  }

  /** The changes of one response come in reverse. */
  static Fault eventsReversed() {
    return watch(response ->
        List.of(
            response.toBuilder()
                .clearEvents()
                .addAllEvents(response.getEventsList().reversed())
                .build()));
  }

  /** Previous key-values are missing. */
  static Fault noPreviousKeyValue() {
    return events(event -> event.toBuilder().clearPrevKv().build());
  }

  /** Progress is told that was not made yet. */
  static Fault earlyProgress() {
    return watch(response -> {
      if (response.getEventsCount() > 0 || response.getCreated() || response.getCanceled()) {
        return List.of(response);
      }
      WatchResponse.Builder changed = response.toBuilder();
      changed.getHeaderBuilder().setRevision(response.getHeader().getRevision() + 1000);
      return List.of(changed.build());
    });
  }

  /** The confirmation of a watcher does not tell where it begins. */
  static Fault noBeginning() {
    return watch(response -> {
      WatchResponse.Builder changed = response.toBuilder();
      if (response.getCreated()) {
        changed.getHeaderBuilder().setRevision(0);
      }
      return List.of(changed.build());
    });
  }

  /** A watcher that compaction has overtaken is not told by which. */
  static Fault noCompactRevision() {
    return watch(response -> List.of(response.toBuilder().clearCompactRevision().build()));
  }

  /** History begins one revision too late. */
  static Fault lateStart() {
    return watchRequest(create ->
        create.getStartRevision() > 0
            ? create.toBuilder().setStartRevision(create.getStartRevision() + 1).build()
            : create);
  }

  /** Filters are ignored. */
  static Fault filtersIgnored() {
    return watchRequest(create -> create.toBuilder().clearFilters().build());
  }

  /** A lease ends before its time. */
  static Fault earlyEnd() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        Message answer = right.ask(request);
        if (answer instanceof LeaseGrantResponse granted) {
          CompletableFuture.delayedExecutor(TOO_EARLY_MILLIS, TimeUnit.MILLISECONDS)
              .execute(() -> revoke(granted.getID(), right.others()));
        }
        return answer;
      }
    };
  }

  private static void revoke(long id, Others right) {
    try {
      var _ = right.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
    } catch (StatusRuntimeException e) {
      // The test has revoked it itself, or is over: the fault comes too late, and does nothing.
      return;
    }
  }

  /** Revoking a lease leaves its keys. */
  static Fault keysOutliveLease() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        if (request instanceof LeaseRevokeRequest revocation) {
          LeaseTimeToLiveRequest keys =
              LeaseTimeToLiveRequest.newBuilder().setID(revocation.getID()).setKeys(true).build();
          for (ByteString key : right.others().lease().leaseTimeToLive(keys).getKeysList()) {
            PutRequest detached = PutRequest.newBuilder().setKey(key).setIgnoreValue(true).build();
            var _ = right.others().kv().put(detached);
          }
        }
        return right.ask(request);
      }
    };
  }

  /** Leases that do not exist are renewed, too. */
  static Fault unknownLeaseRenewed() {
    return new Fault() {
      @Override
      public List<Message> told(Message response) {
        return response instanceof LeaseKeepAliveResponse renewal && renewal.getTTL() == 0
            ? List.of(renewal.toBuilder().setTTL(60).build())
            : List.of(response);
      }
    };
  }

  /** A bit of the backup is not what it was. */
  static Fault damagedBackup() {
    return new Fault() {
      @Override
      public List<Message> told(Message response) {
        if (!(response instanceof SnapshotResponse piece) || piece.getRemainingBytes() == 0) {
          return List.of(response);
        }
        byte[] blob = piece.getBlob().toByteArray();
        blob[blob.length / 2] ^= 1;
        return List.of(piece.toBuilder().setBlob(ByteString.copyFrom(blob)).build());
      }
    };
  }

  /** Hashes are never twice the same. */
  static Fault unsteadyHash() {
    AtomicInteger hashes = new AtomicInteger();
    return KvFaults.answers((request, response) ->
        response instanceof HashKVResponse hash
            ? hash.toBuilder().setHash(hash.getHash() + hashes.incrementAndGet()).build()
            : response);
  }
}
