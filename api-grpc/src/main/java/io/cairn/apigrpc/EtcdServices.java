// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.AuthMessages;
import io.cairn.apigrpc.wire.ClusterMessages;
import io.cairn.apigrpc.wire.KvRequests;
import io.cairn.apigrpc.wire.LeaseMessages;
import io.cairn.apigrpc.wire.MaintenanceMessages;
import io.cairn.apigrpc.wire.Replies;
import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.AuthService;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.store.WatchService;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The tables of etcd's services: for each method how a request is read, what the store is asked,
 * and how the answer is written.
 */
final class EtcdServices {

  private EtcdServices() {}

  /** All services, over {@code store}. */
  static List<ServerServiceDefinition> of(StoreService store, CallEnvironment environment) {
    return List.of(
        kv(store.kv(), environment),
        watch(store.watch(), environment),
        lease(store.lease(), environment),
        cluster(store.cluster(), environment),
        maintenance(store.maintenance(), environment),
        auth(store.auth(), environment),
        HealthCalls.service(environment));
  }

  private static ServerServiceDefinition kv(KvService kv, CallEnvironment environment) {
    return new ServiceBuilder("etcdserverpb.KV", environment)
        .unaryOfAnyLength("Range", KvRequests::range, kv::rangeOfAnyLength, Replies::rangeAnswer)
        .unary("Put", KvRequests::put, kv::put, Replies::put)
        .unary("DeleteRange", KvRequests::delete, kv::delete, Replies::delete)
        .unary("Txn", KvRequests::txn, kv::txn, Replies::txn)
        .unary("Compact", KvRequests::compact, kv::compact, Replies::header)
        .pulled(
            "RangeStream",
            KvRequests::range,
            (caller, request) -> parts(kv.rangeStream(caller, request)))
        .build();
  }

  private static ServerServiceDefinition watch(WatchService watch, CallEnvironment environment) {
    return new ServiceBuilder("etcdserverpb.Watch", environment)
        .bidirectional(
            "Watch", (shared, call, headers) -> new WatchCall(watch, shared, call, headers))
        .build();
  }

  private static ServerServiceDefinition lease(LeaseService leases, CallEnvironment environment) {
    return new ServiceBuilder("etcdserverpb.Lease", environment)
        .unary(
            "LeaseGrant",
            LeaseMessages::grant,
            (caller, request) -> leases.grant(caller, request.getID(), request.getTTL()),
            LeaseMessages::granted)
        .unary("LeaseRevoke", LeaseMessages::revoke, leases::revoke, Replies::header)
        .bidirectional(
            "LeaseKeepAlive",
            (shared, call, headers) -> new KeepAliveCall(leases, shared, call, headers))
        .unary(
            "LeaseTimeToLive",
            LeaseMessages::timeToLive,
            (caller, request) -> leases.timeToLive(caller, request.getID(), request.getKeys()),
            LeaseMessages::timeToLive)
        .unary(
            "LeaseLeases",
            LeaseMessages::leases,
            (caller, request) -> leases.list(caller),
            LeaseMessages::leases)
        .build();
  }

  private static ServerServiceDefinition cluster(
      ClusterService cluster, CallEnvironment environment) {
    return new ServiceBuilder("etcdserverpb.Cluster", environment)
        .unary(
            "MemberAdd",
            ClusterMessages::add,
            (caller, request) ->
                cluster.add(caller, List.copyOf(request.getPeerURLsList()), request.getIsLearner()),
            ClusterMessages::added)
        .unary("MemberRemove", ClusterMessages::remove, cluster::remove, ClusterMessages::members)
        .unary(
            "MemberUpdate",
            ClusterMessages::update,
            (caller, request) ->
                cluster.update(caller, request.getID(), List.copyOf(request.getPeerURLsList())),
            ClusterMessages::members)
        .unary("MemberList", ClusterMessages::list, cluster::list, ClusterMessages::members)
        .unary(
            "MemberPromote", ClusterMessages::promote, cluster::promote, ClusterMessages::members)
        .build();
  }

  private static ServerServiceDefinition maintenance(
      MaintenanceService maintenance, CallEnvironment environment) {
    String noLeader = StatusMapping.textOf(new Reason.NoLeader());
    return new ServiceBuilder("etcdserverpb.Maintenance", environment)
        .unary(
            "Alarm",
            MaintenanceMessages::alarm,
            (caller, question) -> maintenance.alarm(caller, question.action(), question.alarm()),
            MaintenanceMessages::alarms)
        .unary(
            "Status",
            MaintenanceMessages::status,
            (caller, request) -> maintenance.status(caller),
            status -> MaintenanceMessages.status(status, noLeader))
        .unary(
            "Defragment",
            MaintenanceMessages::defragment,
            (caller, request) -> maintenance.defragment(caller),
            nothing -> new Reply(0))
        .unary(
            "Hash",
            MaintenanceMessages::hash,
            (caller, request) -> maintenance.hash(caller),
            MaintenanceMessages::hash)
        .unary(
            "HashKV", MaintenanceMessages::hashKv, maintenance::hashKv, MaintenanceMessages::hashKv)
        .pulled(
            "Snapshot",
            MaintenanceMessages::snapshot,
            (caller, request) -> chunks(maintenance.backup(caller)))
        .unary(
            "MoveLeader",
            MaintenanceMessages::moveLeader,
            maintenance::moveLeader,
            nothing -> new Reply(0))
        .unary(
            "Downgrade",
            MaintenanceMessages::downgrade,
            (caller, question) ->
                maintenance.downgrade(caller, question.action(), question.version()),
            MaintenanceMessages::downgrade)
        .build();
  }

  private static ServerServiceDefinition auth(AuthService auth, CallEnvironment environment) {
    AuthTable table = new AuthTable(new ServiceBuilder("etcdserverpb.Auth", environment), auth);
    return table
        .add("AuthEnable", AuthMessages::enable)
        .add("AuthDisable", AuthMessages::disable)
        .add("AuthStatus", AuthMessages::status)
        .add("Authenticate", AuthMessages::authenticate)
        .add("UserAdd", AuthMessages::userAdd)
        .add("UserGet", AuthMessages::userGet)
        .add("UserList", AuthMessages::userList)
        .add("UserDelete", AuthMessages::userDelete)
        .add("UserChangePassword", AuthMessages::userChangePassword)
        .add("UserGrantRole", AuthMessages::userGrantRole)
        .add("UserRevokeRole", AuthMessages::userRevokeRole)
        .add("RoleAdd", AuthMessages::roleAdd)
        .add("RoleGet", AuthMessages::roleGet)
        .add("RoleList", AuthMessages::roleList)
        .add("RoleDelete", AuthMessages::roleDelete)
        .add("RoleGrantPermission", AuthMessages::roleGrantPermission)
        .add("RoleRevokePermission", AuthMessages::roleRevokePermission)
        .service()
        .build();
  }

  /** The methods of Auth differ in how their requests are read, and in nothing else. */
  private record AuthTable(ServiceBuilder service, AuthService auth) {
    AuthTable add(String name, UnaryMethod.Decoder<AuthRequest> decoder) {
      var _ = service.unary(name, decoder, auth::execute, AuthMessages::result);
      return this;
    }
  }

  private static CompletionStage<PulledCall.Source<RangeStream.Part>> parts(
      CompletionStage<RangeStream> stage) {
    return stage.thenApply(stream ->
        new PulledCall.Source<>() {
          @Override
          public CompletionStage<RangeStream.Part> next() {
            return stream.next();
          }

          @Override
          public boolean isLast(RangeStream.Part part) {
            return part.last();
          }

          @Override
          public Reply encode(RangeStream.Part part) {
            return Replies.rangePart(part);
          }

          @Override
          public void close() {
            stream.close();
          }
        });
  }

  private static CompletionStage<PulledCall.Source<BackupStream.Chunk>> chunks(
      CompletionStage<BackupStream> stage) {
    return stage.thenApply(stream ->
        new PulledCall.Source<>() {
          @Override
          public CompletionStage<BackupStream.Chunk> next() {
            return stream.next();
          }

          @Override
          public boolean isLast(BackupStream.Chunk chunk) {
            return chunk.last();
          }

          @Override
          public Reply encode(BackupStream.Chunk chunk) {
            return MaintenanceMessages.snapshot(chunk);
          }

          @Override
          public void close() {
            stream.close();
          }
        });
  }
}
