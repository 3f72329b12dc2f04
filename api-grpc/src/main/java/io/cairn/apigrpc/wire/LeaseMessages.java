// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseLeasesRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseLeasesResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseStatus;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveResponse;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.LeaseService.Granted;
import io.cairn.spi.store.LeaseService.KeptAlive;
import io.cairn.spi.store.LeaseService.Leases;
import io.cairn.spi.store.LeaseService.TimeToLive;

/** Reads and writes the messages of etcd's Lease service. */
public final class LeaseMessages {

  private LeaseMessages() {}

  /** Reads a {@code LeaseGrantRequest}. */
  public static LeaseGrantRequest grant(Bytes message) {
    return GeneratedMessages.parse(LeaseGrantRequest.parser(), message);
  }

  /** Reads a {@code LeaseRevokeRequest}: the lease's id. */
  public static Long revoke(Bytes message) {
    return GeneratedMessages.parse(LeaseRevokeRequest.parser(), message).getID();
  }

  /** Reads a {@code LeaseTimeToLiveRequest}. */
  public static LeaseTimeToLiveRequest timeToLive(Bytes message) {
    return GeneratedMessages.parse(LeaseTimeToLiveRequest.parser(), message);
  }

  /** Reads a {@code LeaseLeasesRequest}. */
  public static LeaseLeasesRequest leases(Bytes message) {
    return GeneratedMessages.parse(LeaseLeasesRequest.parser(), message);
  }

  /** Reads a {@code LeaseKeepAliveRequest}: the lease's id. */
  public static long keepAlive(Bytes message) {
    ProtoReader in = new ProtoReader(message);
    long id = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag == 0x08) {
        id = in.int64();
      } else {
        in.skip(tag);
      }
    }
    return id;
  }

  /** Writes a {@code LeaseKeepAliveResponse}. */
  public static Reply keptAlive(KeptAlive result) {
    Reply out = new Reply(80);
    out.varint(0x18, result.ttlSeconds());
    out.varint(0x10, result.id());
    Replies.header(out, result.header());
    return out;
  }

  /** Writes a {@code LeaseGrantResponse}. */
  public static Reply granted(Granted result) {
    return GeneratedMessages.reply(
        LeaseGrantResponse.newBuilder()
            .setHeader(GeneratedMessages.header(result.header()))
            .setID(result.id())
            .setTTL(result.ttlSeconds())
            .build());
  }

  /** Writes a {@code LeaseTimeToLiveResponse}. */
  public static Reply timeToLive(TimeToLive result) {
    LeaseTimeToLiveResponse.Builder response =
        LeaseTimeToLiveResponse.newBuilder()
            .setHeader(GeneratedMessages.header(result.header()))
            .setID(result.id())
            .setTTL(result.ttlSeconds())
            .setGrantedTTL(result.grantedTtlSeconds());
    result.keys().forEach(key -> response.addKeys(GeneratedMessages.bytes(key)));
    return GeneratedMessages.reply(response.build());
  }

  /** Writes a {@code LeaseLeasesResponse}. */
  public static Reply leases(Leases result) {
    LeaseLeasesResponse.Builder response =
        LeaseLeasesResponse.newBuilder().setHeader(GeneratedMessages.header(result.header()));
    result.ids().forEach(id -> response.addLeases(LeaseStatus.newBuilder().setID(id)));
    return GeneratedMessages.reply(response.build());
  }
}
