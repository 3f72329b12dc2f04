// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

import static io.cairn.kernel.command.MessageWriter.messageSize;
import static io.cairn.kernel.command.MessageWriter.numberSize;
import static io.cairn.kernel.command.MessageWriter.textSize;

import io.cairn.kernel.command.Command.AlarmCommand;
import io.cairn.kernel.command.Command.ClusterVersion;
import io.cairn.kernel.command.Command.Compaction;
import io.cairn.kernel.command.Command.DeleteRange;
import io.cairn.kernel.command.Command.DowngradeInfo;
import io.cairn.kernel.command.Command.LeaseCheckpoint;
import io.cairn.kernel.command.Command.LeaseGrant;
import io.cairn.kernel.command.Command.LeaseRevoke;
import io.cairn.kernel.command.Command.MemberAttributes;
import io.cairn.kernel.command.Command.Put;
import io.cairn.kernel.command.Command.RaiseLevel;
import io.cairn.kernel.command.Command.Txn;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.WireCursor;
import java.util.ArrayList;
import java.util.List;

/** What an envelope holds for each command: its field, and the message there. */
final class CommandBodies {
  private static final int PUT = 4;
  private static final int DELETE_RANGE = 5;
  private static final int TXN = 6;
  private static final int COMPACTION = 7;
  private static final int LEASE_GRANT = 8;
  private static final int LEASE_REVOKE = 9;
  private static final int ALARM = 10;
  private static final int LEASE_CHECKPOINT = 11;
  private static final int CLUSTER_VERSION = 1300;
  private static final int MEMBER_ATTRIBUTES = 1301;
  private static final int DOWNGRADE_INFO = 1302;

  /** From here on numbers are not etcd's. */
  private static final int RAISE_LEVEL = 3000;

  private CommandBodies() {}

  /** The number under which an envelope holds the command. */
  static int field(Command<?> command) {
    return switch (command) {
      case Put _ -> PUT;
      case DeleteRange _ -> DELETE_RANGE;
      case Txn _ -> TXN;
      case Compaction _ -> COMPACTION;
      case LeaseGrant _ -> LEASE_GRANT;
      case LeaseRevoke _ -> LEASE_REVOKE;
      case LeaseCheckpoint _ -> LEASE_CHECKPOINT;
      case AlarmCommand _ -> ALARM;
      case MemberAttributes _ -> MEMBER_ATTRIBUTES;
      case ClusterVersion _ -> CLUSTER_VERSION;
      case DowngradeInfo _ -> DOWNGRADE_INFO;
      case RaiseLevel _ -> RAISE_LEVEL;
    };
  }

  /** The size of the message. */
  static int size(Command<?> command) {
    return switch (command) {
      case Put put -> OperationCodec.size(put.request());
      case DeleteRange delete -> OperationCodec.size(delete.request());
      case Txn txn -> OperationCodec.size(txn.request());
      case Compaction(CompactRequest request) ->
          numberSize(1, request.revision()) + MessageWriter.flagSize(2, request.physical());
      case LeaseGrant grant -> numberSize(1, grant.ttlSeconds()) + numberSize(2, grant.id());
      case LeaseRevoke revoke ->
          numberSize(1, revoke.id())
              + numberSize(2, revoke.decidedInTerm())
              + numberSize(3, revoke.grantIndex());
      case LeaseCheckpoint(List<LeaseCheckpoint.Remaining> leases) -> {
        int size = 0;
        for (LeaseCheckpoint.Remaining lease : leases) {
          size = Math.addExact(size, messageSize(1, remainingSize(lease)));
        }
        yield size;
      }
      case AlarmCommand alarm ->
          numberSize(1, number(alarm.action()))
              + numberSize(2, alarm.alarm().memberId())
              + numberSize(3, number(alarm.alarm().kind()));
      case MemberAttributes member ->
          numberSize(1, member.memberId())
              + messageSize(2, attributesSize(member))
              + textSize(3, member.version())
              + numberSize(4, member.featureLevel());
      case ClusterVersion version -> textSize(1, version.version());
      case DowngradeInfo(String target) ->
          MessageWriter.flagSize(1, !target.isEmpty()) + textSize(2, target);
      case RaiseLevel(int level) -> numberSize(1, level);
    };
  }

  private static int remainingSize(LeaseCheckpoint.Remaining lease) {
    return numberSize(1, lease.id()) + numberSize(2, lease.ttlSeconds());
  }

  private static int attributesSize(MemberAttributes member) {
    int size = textSize(1, member.name());
    for (String url : member.clientUrls()) {
      size = Math.addExact(size, messageSize(2, Bytes.utf8(url).length()));
    }
    return size;
  }

  /** Writes the message, without field and length. */
  static void write(MessageWriter out, Command<?> command) {
    switch (command) {
      case Put put -> OperationCodec.write(out, put.request());
      case DeleteRange delete -> OperationCodec.write(out, delete.request());
      case Txn txn -> OperationCodec.write(out, txn.request());
      case Compaction(CompactRequest request) -> {
        out.number(1, request.revision());
        out.flag(2, request.physical());
      }
      case LeaseGrant grant -> {
        out.number(1, grant.ttlSeconds());
        out.number(2, grant.id());
      }
      case LeaseRevoke revoke -> {
        out.number(1, revoke.id());
        out.number(2, revoke.decidedInTerm());
        out.number(3, revoke.grantIndex());
      }
      case LeaseCheckpoint(List<LeaseCheckpoint.Remaining> leases) -> {
        for (LeaseCheckpoint.Remaining lease : leases) {
          out.open(1, remainingSize(lease));
          out.number(1, lease.id());
          out.number(2, lease.ttlSeconds());
        }
      }
      case AlarmCommand alarm -> {
        out.number(1, number(alarm.action()));
        out.number(2, alarm.alarm().memberId());
        out.number(3, number(alarm.alarm().kind()));
      }
      case MemberAttributes member -> {
        out.number(1, member.memberId());
        out.open(2, attributesSize(member));
        out.text(1, member.name());
        for (String url : member.clientUrls()) {
          out.presentBytes(2, Bytes.utf8(url));
        }
        out.text(3, member.version());
        out.number(4, member.featureLevel());
      }
      case RaiseLevel(int level) -> out.number(1, level);
      case ClusterVersion version -> out.text(1, version.version());
      case DowngradeInfo(String target) -> {
        out.flag(1, !target.isEmpty());
        out.text(2, target);
      }
    }
  }

  /** Reads the message of a field; fails for fields that this member does not know. */
  static Command<?> read(int field, WireCursor in) {
    return switch (field) {
      case PUT -> new Put(OperationCodec.readPut(in));
      case DELETE_RANGE -> new DeleteRange(OperationCodec.readDelete(in));
      case TXN -> new Txn(OperationCodec.readTxn(in));
      case COMPACTION -> {
        long[] numbers = numbers(in, 2);
        yield new Compaction(new CompactRequest(numbers[1], numbers[2] != 0));
      }
      case LEASE_GRANT -> {
        long[] numbers = numbers(in, 2);
        yield new LeaseGrant(numbers[2], numbers[1]);
      }
      case LEASE_REVOKE -> {
        long[] numbers = numbers(in, 3);
        yield new LeaseRevoke(numbers[1], numbers[2], numbers[3]);
      }
      case LEASE_CHECKPOINT -> {
        List<LeaseCheckpoint.Remaining> leases = new ArrayList<>();
        while (in.hasMore()) {
          int tag = in.tag();
          if (tag != 0x0a) {
            throw CommandCodec.unexpected(in, tag);
          }
          long[] numbers = numbers(new WireCursor(in.bytes()), 2);
          leases.add(new LeaseCheckpoint.Remaining(numbers[1], numbers[2]));
        }
        yield new LeaseCheckpoint(leases);
      }
      case ALARM -> {
        long[] numbers = numbers(in, 3);
        yield new AlarmCommand(action(numbers[1]), new Alarm(numbers[2], kind(numbers[3])));
      }
      case MEMBER_ATTRIBUTES -> readAttributes(in);
      case RAISE_LEVEL -> new RaiseLevel(Math.toIntExact(numbers(in, 1)[1]));
      case CLUSTER_VERSION -> {
        String version = "";
        while (in.hasMore()) {
          int tag = in.tag();
          if (tag != 0x0a) {
            throw CommandCodec.unexpected(in, tag);
          }
          version = in.bytes().toUtf8();
        }
        yield new ClusterVersion(version);
      }
      case DOWNGRADE_INFO -> {
        boolean enabled = false;
        String target = "";
        while (in.hasMore()) {
          int tag = in.tag();
          switch (tag) {
            case 0x08 -> enabled = in.bool();
            case 0x12 -> target = in.bytes().toUtf8();
            default -> throw CommandCodec.unexpected(in, tag);
          }
        }
        yield new DowngradeInfo(enabled ? target : "");
      }
      default ->
          throw in.malformed("this member does not know commands of the kind '" + field + "'");
    };
  }

  /** A message of nothing but numbers in fields 1 to {@code last}, by field number. */
  private static long[] numbers(WireCursor in, int last) {
    long[] numbers = new long[last + 1];
    while (in.hasMore()) {
      int tag = in.tag();
      int field = tag >>> 3;
      if ((tag & 7) != 0 || field > last) {
        throw CommandCodec.unexpected(in, tag);
      }
      numbers[field] = in.varint();
    }
    return numbers;
  }

  private static MemberAttributes readAttributes(WireCursor in) {
    long id = 0;
    String name = "";
    List<String> urls = new ArrayList<>();
    String version = "";
    int level = 0;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case 0x08 -> id = in.varint();
        case 0x1a -> version = in.bytes().toUtf8();
        case 0x20 -> level = Math.toIntExact(in.varint());
        case 0x12 -> {
          WireCursor attributes = new WireCursor(in.bytes());
          while (attributes.hasMore()) {
            int inner = attributes.tag();
            switch (inner) {
              case 0x0a -> name = attributes.bytes().toUtf8();
              case 0x12 -> urls.add(attributes.bytes().toUtf8());
              default -> throw CommandCodec.unexpected(attributes, inner);
            }
          }
        }
        default -> throw CommandCodec.unexpected(in, tag);
      }
    }
    return new MemberAttributes(id, name, urls, version, level);
  }

  // Numbers of etcd's enumerations. UNKNOWN has one that etcd will hardly ever give a meaning;
  // requests
  // that carry it are refused before they get here, wherever etcd refuses them.

  static final int UNKNOWN = 127;

  private static int number(Alarm.Action action) {
    return switch (action) {
      case GET -> 0;
      case ACTIVATE -> 1;
      case DEACTIVATE -> 2;
      case UNKNOWN -> UNKNOWN;
    };
  }

  private static Alarm.Action action(long number) {
    return number == 0
        ? Alarm.Action.GET
        : number == 1
            ? Alarm.Action.ACTIVATE
            : number == 2 ? Alarm.Action.DEACTIVATE : Alarm.Action.UNKNOWN;
  }

  private static int number(Alarm.Kind kind) {
    return switch (kind) {
      case NONE -> 0;
      case NOSPACE -> 1;
      case CORRUPT -> 2;
      case UNKNOWN -> UNKNOWN;
    };
  }

  private static Alarm.Kind kind(long number) {
    return number == 0
        ? Alarm.Kind.NONE
        : number == 1 ? Alarm.Kind.NOSPACE : number == 2 ? Alarm.Kind.CORRUPT : Alarm.Kind.UNKNOWN;
  }
}
