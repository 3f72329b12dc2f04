// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.environment.EventLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One life after another of one member. */
final class Member {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);
  private static final int LOOKS_MAX = 20_000;

  private static final EventLog NO_LOG =
      new EventLog() {
        @Override
        public boolean writes(Level level) {
          return false;
        }

        @Override
        public void log(Level level, String message, Field... fields) {}
      };

  /** What there is of a life. */
  private record Running(World.Life life, Consensus consensus, RecordingMachine machine) {}

  private final Cluster cluster;
  private final long id;
  private final List<ConfigurationChange> founders;
  private VirtualDisk disk = new VirtualDisk();
  private RecordingMachine.Storage storage = new RecordingMachine.Storage();
  private long boot;
  private @Nullable Running running;
  private @Nullable String lastWords;

  Member(Cluster cluster, long id, List<ConfigurationChange> founders) {
    this.cluster = cluster;
    this.id = id;
    this.founders = founders;
  }

  long id() {
    return id;
  }

  VirtualDisk disk() {
    return disk;
  }

  boolean isRunning() {
    return running != null;
  }

  Consensus consensus() {
    return require().consensus;
  }

  RecordingMachine machine() {
    return require().machine;
  }

  private Running require() {
    Running present = running;
    if (present == null) {
      throw new AssertionError("member %d does not run: %s".formatted(id, lastWords));
    }
    return present;
  }

  /** What the engine said when it ended the process, or null if it did not. */
  @Nullable String lastWords() {
    return lastWords;
  }

  void start() {
    boot++;
    World world = cluster.world();
    World.Life life = world.newLife();
    VirtualNetwork.End end = cluster.network().join(id, 100 + id, boot);
    Consensus consensus =
        cluster
            .fixture()
            .member(
                options(),
                new Surroundings(disk, life, world, world.newRng(), NO_LOG, this::fail, end));
    RecordingMachine machine = new RecordingMachine(id, storage, cluster.ledger(), world);
    running = new Running(life, consensus, machine);
    consensus.start(machine);
    machine.started();
    cluster.network().connectAll();
  }

  private ConsensusOptions options() {
    return new ConsensusOptions(
        7,
        id,
        100 + id,
        boot,
        boot == 1 ? founders : List.of(),
        Cluster.HEARTBEAT_MILLIS,
        Cluster.ELECTION_MILLIS,
        true,
        Cluster.REQUEST_MILLIS,
        Cluster.WAITING_BYTES_MAX,
        Cluster.WAITING_MAX,
        false,
        0);
  }

  private Error fail(String what, Throwable cause) {
    lastWords = what + ": " + cause;
    kill();
    throw new World.MemberEnded();
  }

  Command propose() {
    return propose(cluster.newText());
  }

  /** Proposes something longer. */
  Command propose(int characters) {
    String text = cluster.newText();
    return propose(text + "x".repeat(Math.max(0, characters - text.length())));
  }

  private Command propose(String text) {
    Command command = cluster.ledger().propose(id, text);
    consensus().propose(command);
    return command;
  }

  Command change(ConfigurationChange.Kind kind, long member) {
    Command command = cluster.ledger().propose(id, cluster.newText());
    consensus().proposeChange(new ConfigurationChange(kind, member, command.payload()), command);
    return command;
  }

  /** A read that begins now; what it answers is checked by whoever asks. */
  CompletableFuture<Long> read() {
    return consensus().readIndex().toCompletableFuture();
  }

  /** The process dies, the machine goes on. */
  void kill() {
    Running last = running;
    if (last != null) {
      last.life.end();
      cluster.network().leave(id);
      running = null;
      cluster.ledger().fell(id);
    }
  }

  /** The power fails: what was not synced is gone. */
  void cutPower() {
    kill();
    disk = disk.afterPowerCut();
  }

  /** Begins again with nothing but a disk; its state machine knows nothing any more. */
  void startFrom(VirtualDisk image) {
    kill();
    disk = image;
    storage = new RecordingMachine.Storage();
    start();
  }

  /** Stops in order, on a thread of its own, since lanes run on this one. */
  RecordingMachine stop() throws InterruptedException {
    Running last = require();
    Thread stopping = Thread.ofVirtual().start(last.consensus::stop);
    for (int looks = 0; !stopping.join(BETWEEN_LOOKS); looks++) {
      if (looks == LOOKS_MAX) {
        throw new AssertionError("stop does not return");
      }
      cluster.world().runMillis(1);
    }
    last.machine.stopped();
    return last.machine;
  }

  /** Stopping is over: nothing of this life happens any more. */
  void leave() {
    Running last = require();
    last.life.end();
    cluster.network().leave(id);
    running = null;
  }

  /** Whether a command was dropped because the engine has stopped, or was told nothing better. */
  static boolean saysStopped(Command command) {
    return command.drops().equals(List.of(DropReason.STOPPED))
        || command.drops().equals(List.of(DropReason.TIMED_OUT));
  }
}
