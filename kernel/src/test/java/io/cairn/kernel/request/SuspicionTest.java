// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.kernel.virtual.LocalNetwork;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.store.Reason.TimedOut.Cause;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Semantics 1.6, for a member of a cluster of one whose leader may be another one. */
final class SuspicionTest {
  private static final int TIMEOUT_MILLIS = 7000;

  private final VirtualTime time = new VirtualTime();
  private final Standing standing = new Standing(KernelOptions.defaults(1, KernelWorld.MEMBER));
  private final LocalNetwork.Endpoint network =
      new LocalNetwork().join(KernelWorld.MEMBER, "http://127.0.0.1:2380");
  private final KernelWorld world = new KernelWorld();
  private final Suspicion suspicion =
      new Suspicion(standing, world.consensus(), network, time, TIMEOUT_MILLIS);

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void withoutALeaderNothingIsSuspected() {
    assertThat(suspicion.cause()).isEqualTo(Cause.NONE);
  }

  @Test
  void leaderThatHasJustBegunMeansThatTheOneBeforeFailed() {
    standing.leadership(new Leadership(2, 9, false));
    network.connected.put(9L, Long.MAX_VALUE);

    time.passMillis(TIMEOUT_MILLIS);
    assertThat(suspicion.cause()).isEqualTo(Cause.LEADER_FAILURE);
    time.passMillis(1);

    assertThat(suspicion.cause()).isEqualTo(Cause.NONE);
  }

  @Test
  void connectionToTheLeaderThatIsYoungerThanTheRequestWasLost() {
    standing.leadership(new Leadership(2, 9, false));
    time.passMillis(2 * TIMEOUT_MILLIS);

    assertThat(suspicion.cause()).isEqualTo(Cause.CONNECTION_LOST);
    network.connected.put(9L, TIMEOUT_MILLIS * 1_000_000L - 1);
    assertThat(suspicion.cause()).isEqualTo(Cause.CONNECTION_LOST);
    network.connected.put(9L, TIMEOUT_MILLIS * 1_000_000L);
    assertThat(suspicion.cause()).isEqualTo(Cause.NONE);
  }
}
