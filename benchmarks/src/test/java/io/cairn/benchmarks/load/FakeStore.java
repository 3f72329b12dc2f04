// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.CompactionResponse;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.apiprotos.etcdserverpb.WatchGrpc;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** As much of a server as a load needs: counts revisions and remembers the last value only. */
final class FakeStore implements AutoCloseable {
  static final int VALUE_BYTES_MAX = 8 << 20;

  private static final long SECONDS_MAX = 10;

  private final Server server;
  private final List<StreamObserver<WatchResponse>> watchers = new ArrayList<>();
  private long revision = 1;
  private long compactedTo;
  private ByteString lastValue = ByteString.EMPTY;

  FakeStore() throws IOException {
    this(builder -> builder);
  }

  FakeStore(UnaryOperator<NettyServerBuilder> settings) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .maxInboundMessageSize(VALUE_BYTES_MAX)
            .addService(new Kv())
            .addService(new Watch());
    this.server = settings.apply(builder).build().start();
  }

  List<InetSocketAddress> endpoints() {
    return List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
  }

  synchronized long revision() {
    return revision;
  }

  synchronized long compactedTo() {
    return compactedTo;
  }

  synchronized int watchers() {
    return watchers.size();
  }

  synchronized ByteString lastValue() {
    return lastValue;
  }

  /** Returns when nobody listens any more: a connection might still be accepted before. */
  @Override
  public void close() {
    try {
      if (!server.shutdownNow().awaitTermination(SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the store has not stopped");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ResponseHeader header() {
    return ResponseHeader.newBuilder()
        .setClusterId(-1)
        .setMemberId(1L << 63)
        .setRevision(revision)
        .setRaftTerm(2)
        .build();
  }

  private <T> void answer(StreamObserver<T> answers, T answer) {
    answers.onNext(answer);
    answers.onCompleted();
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void put(PutRequest put, StreamObserver<PutResponse> answers) {
      synchronized (FakeStore.this) {
        if (put.getValue().isEmpty()) {
          answers.onError(Status.INVALID_ARGUMENT.withDescription("no value").asRuntimeException());
          return;
        }
        revision++;
        lastValue = put.getValue();
        KeyValue.Builder record = KeyValue.newBuilder().setKey(put.getKey());
        record.setValue(put.getValue());
        for (StreamObserver<WatchResponse> watcher : watchers) {
          watcher.onNext(
              WatchResponse.newBuilder()
                  .setHeader(header())
                  .addEvents(Event.newBuilder().setKv(record))
                  .build());
        }
        answer(answers, PutResponse.newBuilder().setHeader(header()).build());
      }
    }

    @Override
    public void range(RangeRequest range, StreamObserver<RangeResponse> answers) {
      synchronized (FakeStore.this) {
        KeyValue.Builder record = KeyValue.newBuilder().setKey(range.getKey());
        record.setValue(lastValue);
        answer(
            answers,
            RangeResponse.newBuilder().setHeader(header()).addKvs(record).setCount(1).build());
      }
    }

    @Override
    public void txn(TxnRequest txn, StreamObserver<TxnResponse> answers) {
      synchronized (FakeStore.this) {
        revision++;
        answer(answers, TxnResponse.newBuilder().setHeader(header()).setSucceeded(true).build());
      }
    }

    @Override
    public void compact(CompactionRequest compaction, StreamObserver<CompactionResponse> answers) {
      synchronized (FakeStore.this) {
        if (compaction.getRevision() > revision || compaction.getRevision() <= compactedTo) {
          answers.onError(Status.OUT_OF_RANGE.asRuntimeException());
          return;
        }
        compactedTo = compaction.getRevision();
        answer(answers, CompactionResponse.newBuilder().setHeader(header()).build());
      }
    }
  }

  private final class Watch extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
      return new StreamObserver<>() {
        @Override
        public void onNext(WatchRequest request) {
          synchronized (FakeStore.this) {
            watchers.add(answers);
            answers.onNext(WatchResponse.newBuilder().setHeader(header()).setCreated(true).build());
          }
        }

        @Override
        public void onError(Throwable failure) {
          gone();
        }

        @Override
        public void onCompleted() {
          gone();
        }

        private void gone() {
          synchronized (FakeStore.this) {
            watchers.remove(answers);
          }
        }
      };
    }
  }
}
