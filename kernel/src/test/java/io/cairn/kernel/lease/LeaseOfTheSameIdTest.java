// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.CommandCodec;
import io.cairn.kernel.snapshot.TestMember;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.InlineConsensus;
import io.cairn.kernel.virtual.MemoryEngines;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.LeaseService;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client gives a lease the id of one that is about to expire. */
final class LeaseOfTheSameIdTest {
  private final TestMember member =
      TestMember.leader(new VirtualTime(), new CrashingEngine(), new MemoryEngines());

  @AfterEach
  void close() {
    member.close();
  }

  @Test
  void expiryUnderWayDoesNotEndTheNextLeaseOfItsId() {
    LeaseService leases = member.kernel.lease();
    long first = grant(leases);
    member.done(leases.revoke(Caller.LOCAL, 7));
    long second = grant(leases);

    revoke(first);
    List<Long> afterTheFirst = member.done(leases.list(Caller.LOCAL)).ids();
    revoke(second);
    List<Long> afterTheSecond = member.done(leases.list(Caller.LOCAL)).ids();

    assertThat(afterTheFirst).containsExactly(7L);
    assertThat(afterTheSecond).isEmpty();
  }

  /** Gives the index of the grant. */
  private long grant(LeaseService leases) {
    member.done(leases.grant(Caller.LOCAL, 7, 60));
    return log().getLast().index();
  }

  private void revoke(long grantIndex) {
    long term = log().getLast().term();
    member
        .leading()
        .commit(
            CommandCodec.encode(
                1, Identity.ANONYMOUS, new Command.LeaseRevoke(7, term, grantIndex)));
  }

  private List<InlineConsensus.Entry> log() {
    return member.leading().log();
  }
}
