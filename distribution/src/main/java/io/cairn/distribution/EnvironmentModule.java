// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import dagger.Binds;
import dagger.Module;
import dagger.Provides;
import dagger.multibindings.Multibinds;
import io.cairn.consensusraft.network.PeerNetworkOptions;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.environment.HaltingExit;
import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.kernel.environment.SystemTime;
import io.cairn.kernel.environment.ThreadLanes;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/** The real world, for whoever needs a part of it. */
@Module
public interface EnvironmentModule {
  /** What a message between members may hold beside the largest request. */
  int MESSAGE_ROOM_BYTES = 4 << 20;

  /** Lanes are threads. */
  @Binds
  Scheduler scheduler(ThreadLanes lanes);

  /** None, unless the distribution has a module with some. */
  @Multibinds
  Set<DropIns> dropIns();

  /** Files are files. */
  @Binds
  Disk disk(FileDisk disk);

  @Provides
  static TimeSource time() {
    return new SystemTime();
  }

  @Provides
  static Rng rng() {
    return SplitMixRng.unpredictable();
  }

  @Provides
  @Singleton
  static ProcessExit exit(EventLog log) {
    return new HaltingExit(log);
  }

  @Provides
  @Singleton
  static ThreadLanes lanes(ProcessExit exit) {
    return new ThreadLanes(exit);
  }

  @Provides
  @Singleton
  static FileDisk fileDisk(ServerConfig config) {
    return config.syncs() ? new FileDisk(config.dataDir()) : FileDisk.withoutSync(config.dataDir());
  }

  @Provides
  static PeerNetworkOptions networkOptions(ServerConfig config) {
    List<String> advertised = config.cluster().origin().advertisedPeerUrls();
    PeerNetworkOptions options =
        PeerNetworkOptions.standard(
            advertised,
            // An entry of the largest request, or a part of a state, with room for what is around.
            config.listen().transport().requestBytesMax() + MESSAGE_ROOM_BYTES,
            config.cluster().electionMillis());
    InetAddress local =
        config.cluster().dialsFromAdvertisedAddress() ? LocalAddress.of(advertised) : null;
    return local == null ? options : options.withLocalAddress(local);
  }

  /** Known once the member's directory is open. */
  @Provides
  static ConsensusOptions consensusOptions(MemberHome home) {
    return home.consensusOptions();
  }
}
