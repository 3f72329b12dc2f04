// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Watches and leases of a whole kernel: real index, cache, flushing and recovery. */
final class WatchedKernelTest {
  private final KernelWorld world = new KernelWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void expiryOfALeaseIsToldAsOneRevisionOfDeletions() {
    WatchStream stream = open();
    stream.create(WatchClient.withPrevKv(WatchClient.everything(0)));
    world.done(world.kernel().lease().grant(Caller.LOCAL, 7, 5));
    put("b", "2", 7);
    put("a", "1", 7);
    put("c", "3", 0);
    assertThat(take(stream)).containsExactly("1 #0 created", "4 #0 events b=2@2 a=1@3 c=3@4");

    world.time.passMillis(4_000);
    world.done(world.kernel().lease().keepAlive(Caller.LOCAL, 7));
    world.time.passMillis(4_900);
    assertThat(take(stream)).isEmpty();
    world.time.passMillis(700);

    assertThat(take(stream)).containsExactly("5 #0 events -a@5(1) -b@5(2)");
    assertThat(world.done(world.kernel().lease().list(Caller.LOCAL)).ids()).isEmpty();
  }

  @Test
  void leasesAndTheirKeysAreThereAgainAfterARestart() {
    world.done(world.kernel().lease().grant(Caller.LOCAL, 7, 5));
    put("a", "1", 7);
    put("b", "1", 7);
    put("b", "2", 0);
    world.time.passMillis(1_000);

    world.crash(world.engine().commits());
    world.time.run();

    var told = world.done(world.kernel().lease().timeToLive(Caller.LOCAL, 7, true));
    assertThat(told.grantedTtlSeconds()).isEqualTo(5);
    assertThat(told.keys()).containsExactly(Bytes.utf8("a"));
    WatchStream stream = open();
    stream.create(WatchClient.everything(0));
    world.time.passMillis(7_000);
    assertThat(take(stream)).containsExactly("4 #0 created", "5 #0 events -a@5");
  }

  @Test
  void historyIsToldAfterARestartUpToTheFloor() {
    put("a", "1", 0);
    put("a", "2", 0);
    put("b", "1", 0);
    put("a", "3", 0);
    world.done(world.kernel().kv().compact(Caller.LOCAL, new CompactRequest(3, true)));
    world.time.passMillis(1_000);

    world.crash(world.engine().commits());
    world.time.run();
    WatchStream stream = open();
    stream.create(WatchClient.withPrevKv(WatchClient.everything(3)));
    stream.create(WatchClient.everything(2));

    assertThat(take(stream))
        .containsExactly(
            "5 #0 created",
            "5 #1 created",
            "0 #1 canceled at 3",
            "5 #0 events a=2@3 b=1@4 a=3@5(2)");
  }

  private WatchStream open() {
    // The test pumps by itself.
    return world.kernel().watch().open(Caller.LOCAL, () -> {});
  }

  private void put(String key, String value, long lease) {
    world.done(
        world
            .kernel()
            .kv()
            .put(
                Caller.LOCAL,
                new PutRequest(Bytes.utf8(key), Bytes.utf8(value), lease, false, false, false)));
  }

  /** Everything there is, also what has to be fetched first. */
  private List<String> take(WatchStream stream) {
    List<String> lines = new ArrayList<>();
    for (int dry = 0; dry < 3; ) {
      WatchMessage message = stream.next();
      if (message == null) {
        dry++;
        world.time.run();
      } else {
        dry = 0;
        lines.add(WatchClient.text(message));
      }
    }
    return lines;
  }
}
