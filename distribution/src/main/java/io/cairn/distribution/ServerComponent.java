// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import dagger.BindsInstance;
import dagger.Component;
import io.cairn.apigrpc.GrpcTransportModule;
import io.cairn.consensusraft.network.GrpcPeerNetworkModule;
import io.cairn.consensusraft.runtime.RaftConsensusModule;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.spi.environment.EventLog;
import jakarta.inject.Singleton;

/** What this distribution is made of. */
@Singleton
@Component(
    modules = {
      DropInModule.class,
      EnvironmentModule.class,
      GrpcPeerNetworkModule.class,
      GrpcTransportModule.class,
      RaftConsensusModule.class,
      StorageModule.class
    })
interface ServerComponent {
  /** The server, not started. */
  Server server();

  /** Makes the component for a configuration. */
  @Component.Factory
  interface Factory {
    /** Logs go to {@code log}. */
    ServerComponent create(@BindsInstance ServerConfig config, @BindsInstance EventLog log);
  }
}
