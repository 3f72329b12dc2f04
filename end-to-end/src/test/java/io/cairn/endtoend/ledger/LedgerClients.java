// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.ledger;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeResponse;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.ledger.Ledger.Floor;
import io.cairn.endtoend.ledger.Ledger.Write;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Clients that each send one request at a time, to a member drawn for each, never again the same
 * one, and note in a {@link Ledger} what they are told.
 *
 * <p>Each client has keys of its own, which it puts and deletes; all share a few registers, which
 * they read and write, and counters, which they raise by comparing.
 */
public final class LedgerClients implements AutoCloseable {
  /** What all values begin with that must be unique. */
  static final String VALUE_PREFIX = "value-";

  /** What the keys of counters begin with. */
  static final String COUNTER_PREFIX = "counter/";

  private static final int OWN_KEYS = 40;
  private static final int REGISTERS = 5;
  private static final int COUNTERS = 2;
  private static final long MILLIS_MAX = 1_500;
  private static final long PAUSE_MILLIS = 20;
  private static final Duration END_MAX = Duration.ofSeconds(60);

  /** How a member says that it cannot say. Everything else would be an answer, and a wrong one. */
  private static final Set<Status.Code> UNKNOWN =
      EnumSet.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.CANCELLED,
          Status.Code.RESOURCE_EXHAUSTED);

  private final Ledger ledger;
  private final Supplier<List<GrpcClient>> members;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over; // Written by who ends the load, read by all clients.

  private LedgerClients(Ledger ledger, Supplier<List<GrpcClient>> members) {
    this.ledger = ledger;
    this.members = members;
  }

  /**
   * Starts {@code count} clients.
   *
   * @param members whom they may ask, now
   * @param label tells the values of these clients from those of others with the same ledger
   */
  public static LedgerClients start(
      Ledger ledger, Supplier<List<GrpcClient>> members, int count, String label, long seed) {
    LedgerClients clients = new LedgerClients(ledger, members);
    for (int i = 0; i < count; i++) {
      String name = label + i;
      Random random = new Random(seed + i);
      clients.threads.add(Thread.ofVirtual().start(() -> clients.run(name, random)));
    }
    return clients;
  }

  /** Lets every client finish its last request, and waits for that. */
  @Override
  public void close() {
    over = true;
    Eventually.end(threads, END_MAX);
  }

  private void run(String name, Random random) {
    try {
      for (int i = 0; !over; i++) {
        List<GrpcClient> all = members.get();
        GrpcClient member = all.get(random.nextInt(all.size()));
        try {
          one(name, i, member, random);
        } catch (StatusRuntimeException e) {
          failed(e);
          member.reconnect();
          Eventually.pause(PAUSE_MILLIS);
        }
      }
    } catch (InterruptedException | RuntimeException e) {
      ledger.violation("client " + name + " has failed: " + e);
    }
  }

  private void failed(StatusRuntimeException failure) {
    // Only the constant part of what was said, without addresses and times.
    String said = String.valueOf(failure.getStatus().getDescription());
    ledger.unknown(
        failure.getStatus().getCode()
            + (said.startsWith("etcdserver") ? " " + said : "")
            + (said.startsWith("context") ? " by the server" : ""));
    // etcd 3.4 sometimes gives the caller's deadline, which it knows, the code UNKNOWN.
    boolean deadline =
        "context deadline exceeded".equals(failure.getStatus().getDescription())
            || "context canceled".equals(failure.getStatus().getDescription());
    // gRPC's own word for a connection that has broken under the request; no member has said that.
    boolean broken = failure.getStatus().getCause() instanceof IOException;
    if (!deadline && !broken && !UNKNOWN.contains(failure.getStatus().getCode())) {
      ledger.violation("unexpected refusal: " + failure.getStatus());
    }
  }

  private void one(String name, int number, GrpcClient member, Random random) {
    String value = VALUE_PREFIX + name + "-" + number;
    String register = "register/" + random.nextInt(REGISTERS);
    int kind = random.nextInt(100);
    if (kind < 30) {
      put(member, name + "/" + random.nextInt(OWN_KEYS), value);
    } else if (kind < 45) {
      put(member, register, value);
    } else if (kind < 80) {
      var _ = read(member, register);
    } else if (kind < 90) {
      delete(member, name + "/" + random.nextInt(OWN_KEYS));
    } else {
      raise(member, COUNTER_PREFIX + random.nextInt(COUNTERS), name + "/raised", value);
    }
  }

  private void put(GrpcClient member, String key, String value) {
    List<Write> writes = List.of(Write.put(key, value));
    ledger.sending(writes);
    Floor floor = ledger.floor(key);
    var answer = member.kv(MILLIS_MAX).put(putRequest(key, value));
    ledger.written(floor, answer.getHeader().getRevision(), writes);
  }

  private Optional<KeyValue> read(GrpcClient member, String key) {
    Floor floor = ledger.floor(key);
    RangeResponse answer =
        member.kv(MILLIS_MAX).range(RangeRequest.newBuilder().setKey(bytes(key)).build());
    Optional<KeyValue> found = answer.getKvsList().stream().findFirst();
    ledger.read(
        floor,
        key,
        answer.getHeader().getRevision(),
        found.map(kv -> kv.getValue().toStringUtf8()),
        found.map(KeyValue::getModRevision).orElse(0L));
    return found;
  }

  private void delete(GrpcClient member, String key) {
    Floor floor = ledger.floor(key);
    DeleteRangeRequest request = DeleteRangeRequest.newBuilder().setKey(bytes(key)).build();
    DeleteRangeResponse answer = member.kv(MILLIS_MAX).deleteRange(request);
    if (answer.getDeleted() > 0) {
      ledger.written(floor, answer.getHeader().getRevision(), List.of(Write.delete(key)));
    }
  }

  /** Reads a counter and raises it by one, together with a value of our own, if nobody else has. */
  private void raise(GrpcClient member, String counter, String own, String value) {
    Optional<KeyValue> before = read(member, counter);
    long count = before.map(kv -> Long.parseLong(kv.getValue().toStringUtf8())).orElse(0L);
    long revision = before.map(KeyValue::getModRevision).orElse(0L);
    ledger.sending(List.of(Write.put(own, value)));
    String next = Long.toString(count + 1);
    Floor floor = ledger.floor(counter);
    TxnRequest request =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(bytes(counter))
                    .setTarget(Compare.CompareTarget.MOD)
                    .setResult(Compare.CompareResult.EQUAL)
                    .setModRevision(revision))
            .addSuccess(RequestOp.newBuilder().setRequestPut(putRequest(counter, next)))
            .addSuccess(RequestOp.newBuilder().setRequestPut(putRequest(own, value)))
            .build();
    TxnResponse answer = member.kv(MILLIS_MAX).txn(request);
    if (answer.getSucceeded()) {
      List<Write> writes = List.of(Write.put(counter, next), Write.put(own, value));
      ledger.written(floor, answer.getHeader().getRevision(), writes);
    }
  }

  private static PutRequest putRequest(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
