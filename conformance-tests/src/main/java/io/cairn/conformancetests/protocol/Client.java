// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.CompactionResponse;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveResponse;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What one test has of the cluster: a member to talk to, a part of the key space of its own, and
 * the duty to leave nothing behind. Used by the thread of the test.
 */
public final class Client implements AutoCloseable {
  private static final int AHEAD_MAX = 64;

  private final List<Endpoint> endpoints;
  private final int turn;
  private final ByteString prefix;
  private final Duration patience;
  private final Deque<Runnable> toClose;

  Client(List<Endpoint> endpoints, int turn, ByteString prefix, Duration patience) {
    this(endpoints, turn, prefix, patience, new ArrayDeque<>());
  }

  private Client(
      List<Endpoint> endpoints,
      int turn,
      ByteString prefix,
      Duration patience,
      Deque<Runnable> toClose) {
    this.endpoints = List.copyOf(endpoints);
    this.turn = turn;
    this.prefix = prefix;
    this.patience = patience;
    this.toClose = toClose;
  }

  /** The member. */
  Endpoint endpoint() {
    return endpoints.get(turn % endpoints.size());
  }

  /** The same keys by way of another member, if the run knows more than one. */
  public Client elsewhere() {
    return new Client(endpoints, turn + 1, prefix, patience, toClose);
  }

  /** How many members the run knows. */
  public int members() {
    return endpoints.size();
  }

  /** A key that is nobody else's. */
  public ByteString key(String name) {
    return prefix.concat(Requests.bytes(name));
  }

  /** How long something may take that comes by itself. */
  public Duration patience() {
    return patience;
  }

  /** What all keys of this test begin with. */
  public ByteString prefix() {
    return prefix;
  }

  /** Sets a key; returns the answer. */
  public PutResponse put(ByteString key, String value) {
    return put(Requests.put(key, value));
  }

  /** Sets a key. */
  public PutResponse put(PutRequest.Builder request) {
    return endpoint().kv().put(request.build());
  }

  /** Reads. */
  public RangeResponse range(RangeRequest.Builder request) {
    return endpoint().kv().range(request.build());
  }

  /** Reads all keys of this test. */
  public RangeResponse all() {
    return range(Requests.rangeOf(prefix));
  }

  /** Reads one key. */
  public Optional<KeyValue> get(ByteString key) {
    return range(Requests.range(key)).getKvsList().stream().findFirst();
  }

  /** Deletes. */
  public DeleteRangeResponse delete(DeleteRangeRequest.Builder request) {
    return endpoint().kv().deleteRange(request.build());
  }

  /** Does a transaction. */
  public TxnResponse txn(TxnRequest.Builder request) {
    return endpoint().kv().txn(request.build());
  }

  /** Forgets history, for everybody who uses the store. */
  public CompactionResponse compact(long revision) {
    return endpoint()
        .kv()
        .compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
  }

  /** The latest revision of the store. */
  public long revision() {
    return range(Requests.range(prefix).setCountOnly(true)).getHeader().getRevision();
  }

  /** Makes a lease that ends with the test, and returns its id. */
  public long lease(long ttlSeconds) {
    return grant(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds)).getID();
  }

  /** Makes a lease that ends with the test. */
  public LeaseGrantResponse grant(LeaseGrantRequest.Builder request) {
    LeaseGrantResponse granted = endpoint().lease().leaseGrant(request.build());
    long id = granted.getID();
    toClose.push(() -> endLease(id));
    return granted;
  }

  /** Ends a lease. */
  public void revoke(long id) {
    var _ = endpoint().lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
  }

  /** How long a lease has to live, and its keys. */
  public LeaseTimeToLiveResponse timeToLive(long id) {
    return endpoint()
        .lease()
        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build());
  }

  /** Opens a stream of watchers. */
  public Watchers watchers() {
    Watchers watchers = new Watchers(endpoint(), patience);
    toClose.push(watchers::close);
    return watchers;
  }

  /** Opens a stream of renewals. */
  StreamCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewals() {
    StreamCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewals =
        StreamCall.open(AHEAD_MAX, patience, endpoint().leaseStreams()::leaseKeepAlive);
    toClose.push(renewals::close);
    return renewals;
  }

  private void endLease(long id) {
    try {
      revoke(id);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
    }
  }

  /** Ends streams and leases, and deletes the keys of the test. */
  @Override
  public void close() {
    while (!toClose.isEmpty()) {
      toClose.pop().run();
    }
    var _ = delete(Requests.deleteOf(prefix));
  }
}
