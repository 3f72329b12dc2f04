// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

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
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Commands of every kind with arbitrary content. */
final class RandomCommands {
  private final Random random;

  RandomCommands(long seed) {
    this.random = new Random(seed);
  }

  Command<?> next() {
    return switch (random.nextInt(11)) {
      case 0 -> new Put(put());
      case 1 -> new DeleteRange(delete());
      case 2 -> new Txn(txn(0));
      case 3 -> new Compaction(new CompactRequest(number(), random.nextBoolean()));
      case 4 -> new LeaseGrant(number(), number());
      case 5 -> new LeaseRevoke(number(), number(), number());
      case 6 ->
          new LeaseCheckpoint(list(5, () -> new LeaseCheckpoint.Remaining(number(), number())));
      case 7 ->
          new AlarmCommand(
              pick(Alarm.Action.values()), new Alarm(number(), pick(Alarm.Kind.values())));
      case 8 ->
          new MemberAttributes(
              number(), text(), list(3, this::text), text(), random.nextInt(1 << 20));
      case 9 -> new ClusterVersion(text());
      case 10 -> new RaiseLevel(random.nextInt(1 << 20));
      default -> new DowngradeInfo(text());
    };
  }

  private PutRequest put() {
    return new PutRequest(
        bytes(),
        bytes(),
        number(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean());
  }

  private DeleteRequest delete() {
    return new DeleteRequest(range(), random.nextBoolean());
  }

  private TxnRequest txn(int depth) {
    return new TxnRequest(
        list(4, this::compare), list(4, () -> operation(depth)), list(4, () -> operation(depth)));
  }

  private Operation operation(int depth) {
    return switch (random.nextInt(depth < 4 ? 5 : 4)) {
      case 0 ->
          new RangeRequest(
              range(),
              number(),
              number(),
              pick(RangeRequest.SortOrder.values()),
              pick(RangeRequest.SortTarget.values()),
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              number(),
              number(),
              number(),
              number());
      case 1 -> put();
      case 2 -> delete();
      case 3 -> new Operation.Missing();
      default -> txn(depth + 1);
    };
  }

  private Compare compare() {
    Compare.Operand operand =
        switch (random.nextInt(3)) {
          case 0 -> Compare.Operand.None.INSTANCE;
          case 1 ->
              new Compare.Operand.Numeric(
                  pick(
                      new Compare.Target[] {
                        Compare.Target.VERSION,
                        Compare.Target.CREATE,
                        Compare.Target.MOD,
                        Compare.Target.LEASE
                      }),
                  number());
          default -> new Compare.Operand.Value(bytes());
        };
    return new Compare(
        pick(Compare.Result.values()), pick(Compare.Target.values()), range(), operand);
  }

  private KeyRange range() {
    return new KeyRange(bytes(), bytes());
  }

  long number() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(1000);
      case 2 -> random.nextLong();
      default -> -random.nextInt(10);
    };
  }

  Bytes bytes() {
    byte[] content = new byte[random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(10)];
    random.nextBytes(content);
    return Bytes.of(content);
  }

  String text() {
    return random.nextBoolean() ? "" : "größe-" + random.nextInt(1000);
  }

  private <E> E pick(E[] values) {
    return values[random.nextInt(values.length)];
  }

  private <E> List<E> list(int bound, Supplier<E> element) {
    List<E> list = new ArrayList<>();
    for (int n = random.nextInt(bound); n > 0; n--) {
      list.add(element.get());
    }
    return list;
  }
}
