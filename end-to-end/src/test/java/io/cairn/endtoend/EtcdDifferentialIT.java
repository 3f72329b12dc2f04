// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same requests, sent to etcd and to Cairn, get the same answers and leave the same history.
 */
final class EtcdDifferentialIT {
  private static final int REQUESTS = 3_500;

  @TempDir Path folder;

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void sameHistoryGivesSameAnswersAndHashes(long seed) throws Exception {
    RandomHistory history = new RandomHistory(seed);
    try (ServerProcess etcd = ServerProcess.start(ServerProcess.Kind.ETCD, folder.resolve("etcd"));
        ServerProcess cairn =
            ServerProcess.start(ServerProcess.Kind.CAIRN, folder.resolve("cairn"));
        GrpcClient theirs = new GrpcClient(etcd.port());
        GrpcClient ours = new GrpcClient(cairn.port())) {

      long lease = 7000;
      for (int i = 0; i < REQUESTS; i++) {
        if (i % 200 == 0) {
          lease++;
          long id = lease;
          same(i, id, theirs, ours, client -> grant(client, id));
          history.lease(id);
        } else if (i % 200 == 150) {
          long id = lease;
          same(i, id, theirs, ours, client -> revoke(client, id));
        } else if (i % 300 == 299) {
          CompactionRequest request = history.compaction();
          same(i, request, theirs, ours, client -> client.kv().compact(request));
          sameHash(theirs, ours);
        } else {
          one(i, history, theirs, ours);
        }
      }

      sameHash(theirs, ours);
    }
  }

  private static void one(int i, RandomHistory history, GrpcClient theirs, GrpcClient ours) {
    if (history.chance(40)) {
      PutRequest request = history.put();
      history.revision(same(i, request, theirs, ours, client -> client.kv().put(request)));
    } else if (history.chance(40)) {
      RangeRequest request = history.range();
      same(i, request, theirs, ours, client -> client.kv().range(request));
    } else if (history.chance(30)) {
      DeleteRangeRequest request = history.delete();
      history.revision(same(i, request, theirs, ours, client -> client.kv().deleteRange(request)));
    } else {
      TxnRequest request = history.txn();
      history.revision(same(i, request, theirs, ours, client -> client.kv().txn(request)));
    }
  }

  private static Message grant(GrpcClient client, long id) {
    return client.lease().leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build());
  }

  private static Message revoke(GrpcClient client, long id) {
    return client.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
  }

  /** Sends a request to both, compares what comes back, and returns the revision it shows. */
  private static long same(
      int number,
      Object request,
      GrpcClient theirs,
      GrpcClient ours,
      Function<GrpcClient, Message> call) {
    String expected = answer(call, theirs);
    String actual = answer(call, ours);
    assertThat(actual).as("answer %d, to %s", number, request).isEqualTo(expected);
    return revisionIn(actual);
  }

  private static long revisionIn(String answer) {
    int at = answer.indexOf("revision: ");
    if (at < 0) {
      return 0;
    }
    int end = answer.indexOf('\n', at);
    return Long.parseLong(answer.substring(at + "revision: ".length(), end));
  }

  private static String answer(Function<GrpcClient, Message> call, GrpcClient client) {
    try {
      return withoutIdentity(call.apply(client)).toString();
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + " " + e.getStatus().getDescription();
    }
  }

  /** The answer without the ids of the member and its cluster, which differ between two servers. */
  private static Message withoutIdentity(Message answer) {
    var field = answer.getDescriptorForType().findFieldByName("header");
    ResponseHeader header = (ResponseHeader) answer.getField(field);
    return answer.toBuilder()
        .setField(field, header.toBuilder().clearClusterId().clearMemberId().build())
        .build();
  }

  private static void sameHash(GrpcClient theirs, GrpcClient ours) {
    HashKVResponse expected = theirs.maintenance().hashKV(HashKVRequest.getDefaultInstance());
    HashKVResponse actual = ours.maintenance().hashKV(HashKVRequest.getDefaultInstance());
    assertThat(actual.getHash()).isEqualTo(expected.getHash());
    assertThat(actual.getCompactRevision()).isEqualTo(expected.getCompactRevision());
  }
}
