// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.KEY_NOT_FOUND;
import static io.cairn.conformancetests.protocol.Refusals.LEASE_NOT_FOUND;
import static io.cairn.conformancetests.protocol.Refusals.NO_KEY;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Put: what is stored, at which revision, and what is refused. */
@ProtocolRules
final class PutRules {
  private static final int IN_FLIGHT = 300;

  @Test
  @WholeStore
  @TestsRule("PUT-1")
  @Says("a put takes the next revision, which its header tells")
  void putTakesTheNextRevision(Client client) {
    long before = client.revision();

    PutResponse first = client.put(client.key("a"), "1");
    PutResponse second = client.put(client.key("b"), "1");

    assertThat(first.getHeader().getRevision()).isEqualTo(before + 1);
    assertThat(second.getHeader().getRevision()).isEqualTo(before + 2);
    assertThat(client.revision()).isEqualTo(before + 2);
  }

  @Test
  @TestsRule("PUT-2")
  @Says("a key counts its puts, and begins anew after a deletion")
  void keyCountsItsPuts(Client client) {
    ByteString key = client.key("a");

    long created = client.put(key, "1").getHeader().getRevision();
    KeyValue first = client.get(key).orElseThrow();
    long modified = client.put(key, "2").getHeader().getRevision();
    KeyValue second = client.get(key).orElseThrow();
    var _ = client.delete(Requests.delete(key));
    long again = client.put(key, "3").getHeader().getRevision();
    KeyValue third = client.get(key).orElseThrow();

    assertThat(first).isEqualTo(keyValue(key, "1", created, created, 1));
    assertThat(second).isEqualTo(keyValue(key, "2", created, modified, 2));
    assertThat(third).isEqualTo(keyValue(key, "3", again, again, 1));
  }

  private static KeyValue keyValue(
      ByteString key, String value, long created, long modified, long version) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(bytes(value))
        .setCreateRevision(created)
        .setModRevision(modified)
        .setVersion(version)
        .build();
  }

  @Test
  @TestsRule("PUT-3")
  @Says("the previous key-value is whole, and there only if asked for")
  void previousKeyValueIsWhole(Client client) {
    ByteString key = client.key("a");
    long lease = client.lease(600);

    PutResponse onNothing = client.put(Requests.put(key, "1").setLease(lease).setPrevKv(true));
    KeyValue stored = client.get(key).orElseThrow();
    PutResponse asked = client.put(Requests.put(key, "2").setPrevKv(true));
    PutResponse notAsked = client.put(key, "3");

    assertThat(onNothing.hasPrevKv()).isFalse();
    assertThat(asked.getPrevKv()).isEqualTo(stored);
    assertThat(asked.getPrevKv().getLease()).isEqualTo(lease);
    assertThat(notAsked.hasPrevKv()).isFalse();
  }

  @Test
  @TestsRule("PUT-4")
  @Says("ignore_value keeps the value and takes the lease")
  void ignoreValueKeepsTheValue(Client client) {
    ByteString key = client.key("a");
    long lease = client.lease(600);
    var _ = client.put(key, "1");

    var _ = client.put(PutRequest.newBuilder().setKey(key).setIgnoreValue(true).setLease(lease));

    KeyValue stored = client.get(key).orElseThrow();
    assertThat(stored.getValue()).isEqualTo(bytes("1"));
    assertThat(stored.getLease()).isEqualTo(lease);
    assertThat(stored.getVersion()).isEqualTo(2);
  }

  @Test
  @TestsRule("PUT-5")
  @Says("ignore_lease keeps the lease and takes the value")
  void ignoreLeaseKeepsTheLease(Client client) {
    ByteString key = client.key("a");
    long lease = client.lease(600);
    var _ = client.put(Requests.put(key, "1").setLease(lease));

    var _ = client.put(Requests.put(key, "2").setIgnoreLease(true));
    var both =
        client.put(PutRequest.newBuilder().setKey(key).setIgnoreLease(true).setIgnoreValue(true));

    KeyValue stored = client.get(key).orElseThrow();
    assertThat(stored.getValue()).isEqualTo(bytes("2"));
    assertThat(stored.getLease()).isEqualTo(lease);
    assertThat(stored.getVersion()).isEqualTo(3);
    assertThat(stored.getModRevision()).isEqualTo(both.getHeader().getRevision());
  }

  @Test
  @TestsRule("PUT-6")
  @Says("ignore_value and ignore_lease need a key that exists")
  void ignoringNeedsAKey(Client client) throws Exception {
    ByteString key = client.key("absent");

    assertRefused(
        Code.INVALID_ARGUMENT,
        KEY_NOT_FOUND,
        () -> client.put(PutRequest.newBuilder().setKey(key).setIgnoreValue(true)));
    assertRefused(
        Code.INVALID_ARGUMENT,
        KEY_NOT_FOUND,
        () -> client.put(Requests.put(key, "1").setIgnoreLease(true)));
    assertThat(client.get(key)).isEmpty();
  }

  @Test
  @TestsRule("PUT-7")
  @Says("what is to be ignored must not be given")
  void whatIsIgnoredIsNotGiven(Client client) throws Exception {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");

    assertRefused(
        Code.INVALID_ARGUMENT,
        "etcdserver: value is provided",
        () -> client.put(Requests.put(key, "2").setIgnoreValue(true)));
    assertRefused(
        Code.INVALID_ARGUMENT,
        "etcdserver: lease is provided",
        () -> client.put(Requests.put(key, "2").setIgnoreLease(true).setLease(1)));
    assertThat(client.get(key).orElseThrow().getValue()).isEqualTo(bytes("1"));
  }

  @Test
  @TestsRule("PUT-8")
  @Says("a put without a key is refused")
  void putNeedsAKey(Client client) throws Exception {
    assertRefused(
        Code.INVALID_ARGUMENT, NO_KEY, () -> client.put(Requests.put(ByteString.EMPTY, "1")));
  }

  @Test
  @TestsRule("PUT-9")
  @Says("a put with an unknown lease is refused")
  void putNeedsALeaseThatExists(Client client) throws Exception {
    ByteString key = client.key("a");

    assertRefused(
        Code.NOT_FOUND,
        LEASE_NOT_FOUND,
        () -> client.put(Requests.put(key, "1").setLease(0x5eed_0bad_1234L)));
    assertThat(client.get(key)).isEmpty();
  }

  @Test
  @TestsRule("PUT-10")
  @Says("each put decides anew on which lease the key hangs")
  void putMovesTheKeyToItsLease(Client client) {
    ByteString key = client.key("a");
    long first = client.lease(600);
    long second = client.lease(600);

    var _ = client.put(Requests.put(key, "1").setLease(first));
    assertThat(client.timeToLive(first).getKeysList()).containsExactly(key);

    var _ = client.put(Requests.put(key, "2").setLease(second));
    assertThat(client.timeToLive(first).getKeysList()).isEmpty();
    assertThat(client.timeToLive(second).getKeysList()).containsExactly(key);

    var _ = client.put(key, "3");
    assertThat(client.timeToLive(second).getKeysList()).isEmpty();
    assertThat(client.get(key).orElseThrow().getLease()).isZero();
  }

  @Test
  @TestsRule("PUT-11")
  @Says("keys and values are any bytes, values none at all")
  void keysAndValuesAreAnyBytes(Client client) {
    byte[] every = new byte[256];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }
    ByteString value = ByteString.copyFrom(every);
    ByteString key = client.prefix().concat(value);

    var _ = client.put(PutRequest.newBuilder().setKey(key).setValue(value));
    var _ = client.put(PutRequest.newBuilder().setKey(client.key("empty")));

    assertThat(client.get(key).orElseThrow().getValue()).isEqualTo(value);
    assertThat(client.get(client.key("empty")).orElseThrow().getValue()).isEmpty();
  }

  @Test
  @TestsRule("PUT-12")
  @Says("a put of the value that is there is a change like any other")
  void equalValueIsAChange(Client client) {
    ByteString key = client.key("a");

    long first = client.put(key, "1").getHeader().getRevision();
    long second = client.put(key, "1").getHeader().getRevision();

    assertThat(second).isGreaterThan(first);
    assertThat(client.get(key).orElseThrow().getModRevision()).isEqualTo(second);
  }

  @Test
  @TestsRule("PUT-13")
  @Says("of puts in flight each is stored once, at a revision of its own")
  void everyAcknowledgedPutIsStored(Client client) throws Exception {
    List<ByteString> keys = Requests.keys(client.prefix(), IN_FLIGHT);
    List<ListenableFuture<PutResponse>> answers = new ArrayList<>();

    for (ByteString key : keys) {
      answers.add(client.endpoint().kvFuture().put(Requests.put(key, "1").build()));
    }
    Map<ByteString, Long> told = new LinkedHashMap<>();
    for (int i = 0; i < IN_FLIGHT; i++) {
      told.put(keys.get(i), answers.get(i).get().getHeader().getRevision());
    }

    Map<ByteString, Long> stored = new LinkedHashMap<>();
    for (KeyValue kv : client.all().getKvsList()) {
      assertThat(kv.getVersion()).as("version of %s", kv).isEqualTo(1);
      stored.put(kv.getKey(), kv.getModRevision());
    }
    assertThat(stored).isEqualTo(told);
    assertThat(told.values()).doesNotHaveDuplicates();
  }
}
