// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.apiprotos.etcdserverpb.AlarmMember;
import io.cairn.apiprotos.etcdserverpb.AlarmRequest;
import io.cairn.apiprotos.etcdserverpb.AlarmResponse;
import io.cairn.apiprotos.etcdserverpb.AlarmType;
import io.cairn.apiprotos.etcdserverpb.DefragmentRequest;
import io.cairn.apiprotos.etcdserverpb.DowngradeInfo;
import io.cairn.apiprotos.etcdserverpb.DowngradeRequest;
import io.cairn.apiprotos.etcdserverpb.DowngradeResponse;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.HashRequest;
import io.cairn.apiprotos.etcdserverpb.HashResponse;
import io.cairn.apiprotos.etcdserverpb.MoveLeaderRequest;
import io.cairn.apiprotos.etcdserverpb.SnapshotRequest;
import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.apiprotos.etcdserverpb.StatusResponse;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.ApiVersion;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.MaintenanceService.Alarms;
import io.cairn.spi.store.MaintenanceService.Downgrade;
import io.cairn.spi.store.MaintenanceService.DowngradeAction;
import io.cairn.spi.store.MaintenanceService.Hash;
import io.cairn.spi.store.MaintenanceService.KvHash;
import io.cairn.spi.store.MaintenanceService.Status;

/** Reads and writes the messages of etcd's Maintenance service. */
public final class MaintenanceMessages {

  private static final Bytes STORAGE_VERSION = Bytes.utf8(ApiVersion.STORAGE);

  private MaintenanceMessages() {}

  /** What can be asked about alarms. */
  public record AlarmQuestion(Alarm.Action action, Alarm alarm) {}

  /** What can be asked about downgrades. */
  public record DowngradeQuestion(DowngradeAction action, String version) {}

  /** Reads an {@code AlarmRequest}. */
  public static AlarmQuestion alarm(Bytes message) {
    AlarmRequest request = GeneratedMessages.parse(AlarmRequest.parser(), message);
    return new AlarmQuestion(
        switch (request.getAction()) {
          case GET -> Alarm.Action.GET;
          case ACTIVATE -> Alarm.Action.ACTIVATE;
          case DEACTIVATE -> Alarm.Action.DEACTIVATE;
          case UNRECOGNIZED -> Alarm.Action.UNKNOWN;
        },
        new Alarm(
            request.getMemberID(),
            switch (request.getAlarm()) {
              case NONE -> Alarm.Kind.NONE;
              case NOSPACE -> Alarm.Kind.NOSPACE;
              case CORRUPT -> Alarm.Kind.CORRUPT;
              case UNRECOGNIZED -> Alarm.Kind.UNKNOWN;
            }));
  }

  /** Reads a {@code StatusRequest}. */
  public static StatusRequest status(Bytes message) {
    return GeneratedMessages.parse(StatusRequest.parser(), message);
  }

  /** Reads a {@code DefragmentRequest}. */
  public static DefragmentRequest defragment(Bytes message) {
    return GeneratedMessages.parse(DefragmentRequest.parser(), message);
  }

  /** Reads a {@code HashRequest}. */
  public static HashRequest hash(Bytes message) {
    return GeneratedMessages.parse(HashRequest.parser(), message);
  }

  /** Reads a {@code HashKVRequest}: the revision. */
  public static Long hashKv(Bytes message) {
    return GeneratedMessages.parse(HashKVRequest.parser(), message).getRevision();
  }

  /** Reads a {@code SnapshotRequest}. */
  public static SnapshotRequest snapshot(Bytes message) {
    return GeneratedMessages.parse(SnapshotRequest.parser(), message);
  }

  /** Reads a {@code MoveLeaderRequest}: the id of the member that is to lead. */
  public static Long moveLeader(Bytes message) {
    return GeneratedMessages.parse(MoveLeaderRequest.parser(), message).getTargetID();
  }

  /** Reads a {@code DowngradeRequest}. */
  public static DowngradeQuestion downgrade(Bytes message) {
    DowngradeRequest request = GeneratedMessages.parse(DowngradeRequest.parser(), message);
    return new DowngradeQuestion(
        switch (request.getAction()) {
          case VALIDATE -> DowngradeAction.VALIDATE;
          case ENABLE -> DowngradeAction.ENABLE;
          case CANCEL -> DowngradeAction.CANCEL;
          case UNRECOGNIZED -> DowngradeAction.UNKNOWN;
        },
        request.getVersion());
  }

  /** Writes an {@code AlarmResponse}. */
  public static Reply alarms(Alarms result) {
    AlarmResponse.Builder response =
        AlarmResponse.newBuilder().setHeader(GeneratedMessages.header(result.header()));
    for (Alarm alarm : result.alarms()) {
      response.addAlarms(
          AlarmMember.newBuilder().setMemberID(alarm.memberId()).setAlarm(type(alarm.kind())));
    }
    return GeneratedMessages.reply(response.build());
  }

  /**
   * Writes a {@code StatusResponse}.
   *
   * @param noLeader what its errors say when no leader is known
   */
  public static Reply status(Status status, String noLeader) {
    StatusResponse.Builder response =
        StatusResponse.newBuilder()
            .setHeader(GeneratedMessages.header(status.header()))
            .setVersion(ApiVersion.SERVER)
            .setDbSize(status.dbSize())
            .setLeader(status.leader())
            .setRaftIndex(status.raftIndex())
            .setRaftTerm(status.header().term())
            .setRaftAppliedIndex(status.raftAppliedIndex())
            .setDbSizeInUse(status.dbSizeInUse())
            .setIsLearner(status.learner())
            .setStorageVersion(ApiVersion.STORAGE)
            .setDbSizeQuota(status.dbSizeQuota())
            .setDowngradeInfo(
                DowngradeInfo.newBuilder()
                    .setEnabled(!status.downgradeTarget().isEmpty())
                    .setTargetVersion(status.downgradeTarget()));
    if (status.leader() == 0) {
      response.addErrors(noLeader);
    }
    status.alarms().forEach(alarm -> response.addErrors(text(alarm)));
    return GeneratedMessages.reply(response.build());
  }

  /** Writes a {@code HashResponse}. */
  public static Reply hash(Hash result) {
    return GeneratedMessages.reply(
        HashResponse.newBuilder()
            .setHeader(GeneratedMessages.header(result.header()))
            .setHash(result.hash())
            .build());
  }

  /** Writes a {@code HashKVResponse}. */
  public static Reply hashKv(KvHash result) {
    return GeneratedMessages.reply(
        HashKVResponse.newBuilder()
            .setHeader(GeneratedMessages.header(result.header()))
            .setHash(result.hash())
            .setCompactRevision(result.compactRevision())
            .setHashRevision(result.hashRevision())
            .build());
  }

  /** Writes a {@code SnapshotResponse}, which has no header. */
  public static Reply snapshot(BackupStream.Chunk chunk) {
    Reply out = new Reply(32);
    out.bytes(0x22, STORAGE_VERSION);
    out.bytes(0x1a, chunk.data());
    out.varint(0x10, chunk.remainingBytes());
    return out;
  }

  /** Writes a {@code DowngradeResponse}. */
  public static Reply downgrade(Downgrade result) {
    return GeneratedMessages.reply(
        DowngradeResponse.newBuilder()
            .setHeader(GeneratedMessages.header(result.header()))
            .setVersion(result.version())
            .build());
  }

  private static AlarmType type(Alarm.Kind kind) {
    return switch (kind) {
      case NONE -> AlarmType.NONE;
      case NOSPACE -> AlarmType.NOSPACE;
      case CORRUPT -> AlarmType.CORRUPT;
      case UNKNOWN ->
          throw new IllegalArgumentException("an alarm of unknown kind is never raised");
    };
  }

  /** Protobuf's text form in one line, as etcd shows alarms; zero fields are left out. */
  private static String text(Alarm alarm) {
    String member =
        alarm.memberId() == 0 ? "" : "memberID:" + Long.toUnsignedString(alarm.memberId()) + " ";
    return member + "alarm:" + type(alarm.kind());
  }
}
