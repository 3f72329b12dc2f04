// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.CommandCodec;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Changes of every kind on few keys, so that compaction finds much to remove. */
public final class RandomWrites {
  private static final int KEYS = 40;

  private final Random random;
  private long leases;
  private boolean compacts = true;

  /** Writes that depend on {@code seed} alone. */
  public RandomWrites(long seed) {
    this.random = new Random(seed);
  }

  /** True once in {@code n} times. */
  public boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  /** A number from 0 to {@code bound} (exclusive). */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  private Bytes key() {
    return Bytes.utf8("key-" + random.nextInt(KEYS));
  }

  /** Leaves compactions out. */
  public RandomWrites withoutCompaction() {
    compacts = false;
    return this;
  }

  /** Does {@code count} changes on the leader. */
  public void run(TestMember leader, int count) {
    for (int i = 0; i < count; i++) {
      one(leader);
    }
  }

  private void one(TestMember leader) {
    switch (random.nextInt(20)) {
      case 0, 1, 2 -> leader.delete(KeyRange.single(key()));
      case 3 -> leader.delete(new KeyRange(Bytes.utf8("key-1"), Bytes.utf8("key-2")));
      case 4 -> txn(leader);
      case 5 -> {
        long floor = Math.max(leader.floor() + 1, leader.revision() - random.nextInt(30));
        if (compacts && floor <= leader.revision()) {
          leader.compact(floor, oneIn(4));
        }
      }
      case 6 -> leader.time.passMillis(random.nextInt(200));
      case 7 -> {
        if (oneIn(2)) {
          leader.done(leader.kernel.lease().grant(Caller.LOCAL, ++leases, 1_000_000 + leases));
        } else if (leases > 3) {
          leader.done(leader.kernel.lease().revoke(Caller.LOCAL, leases--));
        }
      }
      case 8 -> {
        if (oneIn(3)) {
          alarm(leader);
        }
      }
      default -> leader.put(key().toUtf8(), "v".repeat(random.nextInt(40)), lease());
    }
  }

  private long lease() {
    return leases > 0 && oneIn(3) ? 1 + (leases > 1 ? random.nextInt((int) leases) : 0) : 0;
  }

  /** Several changes of one revision, more than one commit of the engine takes now and then. */
  private void txn(TestMember leader) {
    List<Operation> puts = new ArrayList<>();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      puts.add(
          new PutRequest(
              Bytes.utf8("key-" + i), Bytes.utf8("t" + random.nextInt()), 0, false, false, false));
    }
    leader.done(leader.kernel.kv().txn(Caller.LOCAL, new TxnRequest(List.of(), puts, List.of())));
  }

  /** Any member may raise one; what counts here is that the book travels. */
  private void alarm(TestMember leader) {
    Alarm alarm = new Alarm(1 + random.nextInt(5), Alarm.Kind.NOSPACE);
    commit(leader, new Command.AlarmCommand(Alarm.Action.ACTIVATE, alarm));
    // Or nothing more could be written. The others are left in their member's name.
    commit(leader, new Command.AlarmCommand(Alarm.Action.DEACTIVATE, alarm));
  }

  static void commit(TestMember leader, Command<?> command) {
    leader.leading().commit(CommandCodec.encode(1, Identity.ANONYMOUS, command));
  }
}
