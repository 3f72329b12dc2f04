// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.cairn.apiprotos.authpb.Permission;
import io.cairn.apiprotos.authpb.UserAddOptions;
import io.cairn.apiprotos.etcdserverpb.AlarmMember;
import io.cairn.apiprotos.etcdserverpb.AlarmRequest;
import io.cairn.apiprotos.etcdserverpb.AlarmType;
import io.cairn.apiprotos.etcdserverpb.AuthEnableRequest;
import io.cairn.apiprotos.etcdserverpb.AuthGrpc;
import io.cairn.apiprotos.etcdserverpb.AuthProto;
import io.cairn.apiprotos.etcdserverpb.AuthRoleGetRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleListRequest;
import io.cairn.apiprotos.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.cairn.apiprotos.etcdserverpb.AuthStatusRequest;
import io.cairn.apiprotos.etcdserverpb.AuthStatusResponse;
import io.cairn.apiprotos.etcdserverpb.AuthUserAddRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserGetRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserGrantRoleRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserListRequest;
import io.cairn.apiprotos.etcdserverpb.AuthUserRevokeRoleRequest;
import io.cairn.apiprotos.etcdserverpb.AuthenticateRequest;
import io.cairn.apiprotos.etcdserverpb.ClusterGrpc;
import io.cairn.apiprotos.etcdserverpb.ClusterProto;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.DefragmentRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.DowngradeInfo;
import io.cairn.apiprotos.etcdserverpb.DowngradeRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.HashRequest;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.KvProto;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseLeasesRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseProto;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseStatus;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveResponse;
import io.cairn.apiprotos.etcdserverpb.MaintenanceGrpc;
import io.cairn.apiprotos.etcdserverpb.MaintenanceProto;
import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.MemberAddRequest;
import io.cairn.apiprotos.etcdserverpb.MemberAddResponse;
import io.cairn.apiprotos.etcdserverpb.MemberListRequest;
import io.cairn.apiprotos.etcdserverpb.MemberPromoteRequest;
import io.cairn.apiprotos.etcdserverpb.MemberRemoveRequest;
import io.cairn.apiprotos.etcdserverpb.MemberUpdateRequest;
import io.cairn.apiprotos.etcdserverpb.MoveLeaderRequest;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.apiprotos.etcdserverpb.StatusResponse;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.WatchProto;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.MaintenanceService.DowngradeAction;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each method asks the store what its request says, and says what the store answers. */
final class ServicesTest {

  private static final ResponseHeader HEADER =
      ResponseHeader.newBuilder()
          .setClusterId(7)
          .setMemberId(8)
          .setRevision(9)
          .setRaftTerm(2)
          .build();

  private static final Member MEMBER =
      Member.newBuilder()
          .setID(-5)
          .setName("m")
          .addPeerURLs("http://p:1")
          .addClientURLs("http://c:2")
          .setIsLearner(true)
          .build();

  private final ScriptedStore store = new ScriptedStore();
  private final TransportFixture fixture = new TransportFixture();

  @BeforeEach
  void start() throws IOException {
    fixture.start(store, TransportOptions.DEFAULT);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private Object asked() throws InterruptedException {
    return store.nextAsked().request();
  }

  /** But for Lock and Election, which are not served yet. */
  @Test
  void everyMethodOfTheDefinitionsIsServed() {
    List<FileDescriptor> files =
        List.of(
            AuthProto.getDescriptor(),
            ClusterProto.getDescriptor(),
            KvProto.getDescriptor(),
            LeaseProto.getDescriptor(),
            MaintenanceProto.getDescriptor(),
            WatchProto.getDescriptor());
    List<String> wanted = new ArrayList<>();
    for (FileDescriptor file : files) {
      for (ServiceDescriptor service : file.getServices()) {
        for (MethodDescriptor method : service.getMethods()) {
          wanted.add(service.getFullName() + "/" + method.getName());
        }
      }
    }
    wanted.add("grpc.health.v1.Health/Check");
    wanted.add("grpc.health.v1.Health/Watch");

    List<String> served = new ArrayList<>();
    for (ServerServiceDefinition service :
        EtcdServices.of(
            store,
            new CallEnvironment(
                fixture.log(), 1, new RequestRoom(1, 1), new ResponseBudget(1, 1)))) {
      service.getMethods().forEach(m -> served.add(m.getMethodDescriptor().getFullMethodName()));
    }

    assertThat(served).containsExactlyInAnyOrderElementsOf(wanted);
  }

  @Test
  void keysAreDeletedComparedAndCompacted() throws InterruptedException {
    KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(fixture.channel());

    assertThat(
            kv.deleteRange(
                    DeleteRangeRequest.newBuilder()
                        .setKey(bytes("a"))
                        .setRangeEnd(bytes("b"))
                        .setPrevKv(true)
                        .build())
                .getDeleted())
        .isEqualTo(3);
    assertThat(asked())
        .isEqualTo(new DeleteRequest(new KeyRange(Bytes.utf8("a"), Bytes.utf8("b")), true));

    assertThat(kv.txn(TxnRequest.getDefaultInstance()).getResponses(0).getResponsePut().getHeader())
        .isEqualTo(ResponseHeader.newBuilder().setRevision(9).build());
    assertThat(asked())
        .isEqualTo(new io.cairn.spi.store.TxnRequest(List.of(), List.of(), List.of()));

    assertThat(
            kv.compact(CompactionRequest.newBuilder().setRevision(4).setPhysical(true).build())
                .getHeader())
        .isEqualTo(HEADER);
    assertThat(asked()).isEqualTo(new CompactRequest(4, true));
  }

  @Test
  void leases() throws InterruptedException {
    LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(fixture.channel());

    assertThat(leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(-3).setTTL(7).build()))
        .satisfies(granted -> {
          assertThat(granted.getHeader()).isEqualTo(HEADER);
          assertThat(granted.getID()).isEqualTo(-3);
          assertThat(granted.getTTL()).isEqualTo(7);
          assertThat(granted.getError()).isEmpty();
        });
    assertThat(asked()).isEqualTo(List.of(-3L, 7L));

    assertThat(leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(5).build()).getHeader())
        .isEqualTo(HEADER);
    assertThat(asked()).isEqualTo(5L);

    assertThat(
            leases.leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(6).setKeys(true).build()))
        .isEqualTo(
            LeaseTimeToLiveResponse.newBuilder()
                .setHeader(HEADER)
                .setID(6)
                .setTTL(5)
                .setGrantedTTL(60)
                .addKeys(bytes("a"))
                .addKeys(bytes("b"))
                .build());
    assertThat(asked()).isEqualTo(List.of(6L, true));

    assertThat(leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList())
        .containsExactly(
            LeaseStatus.newBuilder().setID(1).build(), LeaseStatus.newBuilder().setID(-2).build());
  }

  @Test
  void members() throws InterruptedException {
    ClusterGrpc.ClusterBlockingStub cluster = ClusterGrpc.newBlockingStub(fixture.channel());

    MemberAddResponse added =
        cluster.memberAdd(
            MemberAddRequest.newBuilder().addPeerURLs("http://x:1").setIsLearner(true).build());
    assertThat(added.getMember()).isEqualTo(MEMBER);
    assertThat(added.getMembersList()).containsExactly(MEMBER);
    assertThat(asked()).isEqualTo(List.of(List.of("http://x:1"), true));

    assertThat(
            cluster
                .memberRemove(MemberRemoveRequest.newBuilder().setID(-5).build())
                .getMembersList())
        .containsExactly(MEMBER);
    assertThat(asked()).isEqualTo(-5L);

    assertThat(
            cluster
                .memberUpdate(
                    MemberUpdateRequest.newBuilder().setID(6).addPeerURLs("http://y:1").build())
                .getMembersList())
        .containsExactly(MEMBER);
    assertThat(asked()).isEqualTo(List.of(6L, List.of("http://y:1")));

    assertThat(
            cluster
                .memberPromote(MemberPromoteRequest.newBuilder().setID(7).build())
                .getMembersList())
        .containsExactly(MEMBER);
    assertThat(asked()).isEqualTo(7L);

    assertThat(
            cluster
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getHeader())
        .isEqualTo(HEADER);
    assertThat(asked()).isEqualTo(true);
  }

  @Test
  void alarms() throws InterruptedException {
    MaintenanceGrpc.MaintenanceBlockingStub maintenance =
        MaintenanceGrpc.newBlockingStub(fixture.channel());

    assertThat(
            maintenance
                .alarm(
                    AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                        .setMemberID(-1)
                        .setAlarm(AlarmType.CORRUPT)
                        .build())
                .getAlarmsList())
        .containsExactly(
            AlarmMember.newBuilder().setMemberID(-1).setAlarm(AlarmType.CORRUPT).build());
    assertThat(asked())
        .isEqualTo(List.of(Alarm.Action.DEACTIVATE, new Alarm(-1, Alarm.Kind.CORRUPT)));

    var _ =
        maintenance.alarm(AlarmRequest.newBuilder().setActionValue(77).setAlarmValue(8).build());
    assertThat(asked()).isEqualTo(List.of(Alarm.Action.UNKNOWN, new Alarm(0, Alarm.Kind.UNKNOWN)));
  }

  @Test
  void statusListsTheMissingLeaderAndAlarmsAsText() {
    StatusResponse status =
        MaintenanceGrpc.newBlockingStub(fixture.channel())
            .status(StatusRequest.getDefaultInstance());

    assertThat(status)
        .isEqualTo(
            StatusResponse.newBuilder()
                .setHeader(HEADER)
                .setVersion("3.7.1")
                .setDbSize(100)
                .setRaftIndex(11)
                .setRaftTerm(2)
                .setRaftAppliedIndex(10)
                .addErrors("etcdserver: no leader")
                .addErrors("memberID:18446744073709551615 alarm:NOSPACE")
                .addErrors("alarm:CORRUPT")
                .setDbSizeInUse(50)
                .setStorageVersion("3.7.0")
                .setDbSizeQuota(2_000)
                .setDowngradeInfo(
                    DowngradeInfo.newBuilder().setEnabled(true).setTargetVersion("3.6.0"))
                .build());
  }

  @Test
  void hashesLeadershipAndDowngrades() throws InterruptedException {
    MaintenanceGrpc.MaintenanceBlockingStub maintenance =
        MaintenanceGrpc.newBlockingStub(fixture.channel());

    assertThat(maintenance.hash(HashRequest.getDefaultInstance()).getHash()).isEqualTo(-7);
    assertThat(asked()).isEqualTo("hash");
    assertThat(maintenance.hashKV(HashKVRequest.newBuilder().setRevision(6).build()))
        .isEqualTo(
            HashKVResponse.newBuilder()
                .setHeader(HEADER)
                .setHash(-7)
                .setCompactRevision(-1)
                .setHashRevision(6)
                .build());
    assertThat(asked()).isEqualTo(6L);

    // These two have no header, as in etcd.
    assertThat(maintenance.defragment(DefragmentRequest.getDefaultInstance()).hasHeader())
        .isFalse();
    assertThat(asked()).isEqualTo("defragment");
    assertThat(
            maintenance
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(-9).build())
                .hasHeader())
        .isFalse();
    assertThat(asked()).isEqualTo(-9L);

    assertThat(
            maintenance
                .downgrade(
                    DowngradeRequest.newBuilder()
                        .setAction(DowngradeRequest.DowngradeAction.ENABLE)
                        .setVersion("3.6")
                        .build())
                .getVersion())
        .isEqualTo("3.7");
    assertThat(asked()).isEqualTo(List.of(DowngradeAction.ENABLE, "3.6"));
  }

  @Test
  void accessControlAsksAndAnswersInAllItsForms() throws InterruptedException {
    AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(fixture.channel());

    assertThat(auth.authEnable(AuthEnableRequest.getDefaultInstance()).getHeader())
        .isEqualTo(HEADER);
    assertThat(asked()).isEqualTo(new AuthRequest.Enable());
    assertThat(auth.authStatus(AuthStatusRequest.getDefaultInstance()))
        .isEqualTo(
            AuthStatusResponse.newBuilder()
                .setHeader(HEADER)
                .setEnabled(true)
                .setAuthRevision(4)
                .build());
    assertThat(asked()).isEqualTo(new AuthRequest.Status());
    assertThat(
            auth.authenticate(
                    AuthenticateRequest.newBuilder().setName("n").setPassword("p").build())
                .getToken())
        .isEqualTo("abc.7");
    assertThat(asked()).isEqualTo(new AuthRequest.Authenticate("n", "p"));
    assertThat(auth.userGet(AuthUserGetRequest.newBuilder().setName("n").build()).getRolesList())
        .containsExactly("a", "", "c");
    assertThat(asked()).isEqualTo(new AuthRequest.UserGet("n"));
    assertThat(auth.userList(AuthUserListRequest.getDefaultInstance()).getUsersList()).hasSize(3);
    assertThat(asked()).isEqualTo(new AuthRequest.UserList());
    assertThat(auth.roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList()).hasSize(3);
    assertThat(asked()).isEqualTo(new AuthRequest.RoleList());
    assertThat(auth.roleGet(AuthRoleGetRequest.newBuilder().setRole("r").build()).getPermList())
        .containsExactly(
            Permission.newBuilder().setKey(bytes("k")).build(),
            Permission.newBuilder()
                .setPermType(Permission.Type.READWRITE)
                .setKey(bytes("l"))
                .setRangeEnd(bytes("m"))
                .build());
    assertThat(asked()).isEqualTo(new AuthRequest.RoleGet("r"));
  }

  @Test
  void usersAndRolesAreChangedByTheirOddFieldNames() throws InterruptedException {
    AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(fixture.channel());

    var _ =
        auth.userAdd(
            AuthUserAddRequest.newBuilder()
                .setName("n")
                .setPassword("p")
                .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                .build());
    assertThat(asked()).isEqualTo(new AuthRequest.UserAdd("n", "p", true));
    var _ =
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser("u").setRole("r").build());
    assertThat(asked()).isEqualTo(new AuthRequest.UserGrantRole("u", "r"));
    var _ =
        auth.userRevokeRole(
            AuthUserRevokeRoleRequest.newBuilder().setName("u").setRole("r").build());
    assertThat(asked()).isEqualTo(new AuthRequest.UserRevokeRole("u", "r"));
    var _ =
        auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName("r").build());
    assertThat(asked()).isEqualTo(new AuthRequest.RoleGrantPermission("r", null));
    var _ =
        auth.roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName("r")
                .setPerm(
                    Permission.newBuilder()
                        .setPermType(Permission.Type.WRITE)
                        .setKey(bytes("k"))
                        .setRangeEnd(bytes("l")))
                .build());
    assertThat(asked())
        .isEqualTo(
            new AuthRequest.RoleGrantPermission(
                "r",
                new AuthRequest.Permission(
                    AuthRequest.Permission.Kind.WRITE,
                    new KeyRange(Bytes.utf8("k"), Bytes.utf8("l")))));
    var _ =
        auth.roleRevokePermission(
            AuthRoleRevokePermissionRequest.newBuilder()
                .setRole("r")
                .setKey(bytes("k"))
                .setRangeEnd(bytes("l"))
                .build());
    assertThat(asked())
        .isEqualTo(
            new AuthRequest.RoleRevokePermission(
                "r", new KeyRange(Bytes.utf8("k"), Bytes.utf8("l"))));
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
