// SPDX-License-Identifier: Apache-2.0
package com.example.smallserver;

import dagger.BindsInstance;
import dagger.Component;
import io.cairn.apigrpc.GrpcTransportModule;
import io.cairn.backendlmdb.LmdbBackendModule;
import io.cairn.consensusraft.network.GrpcPeerNetworkModule;
import io.cairn.consensusraft.runtime.RaftConsensusModule;
import io.cairn.distribution.EnvironmentModule;
import io.cairn.distribution.Server;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.spi.environment.EventLog;
import jakarta.inject.Singleton;

/** What this distribution is made of. */
@Singleton
@Component(
    modules = {
      EnvironmentModule.class,
      GrpcPeerNetworkModule.class,
      GrpcTransportModule.class,
      LmdbBackendModule.class,
      RaftConsensusModule.class
    })
public interface SmallServer {
  /** A server for a configuration, not started, that logs to {@code log}. */
  static Server of(ServerConfig config, EventLog log) {
    return DaggerSmallServer.factory().create(config, log).server();
  }

  /** The server, not started. */
  Server server();

  /** Makes the component for a configuration. */
  @Component.Factory
  interface Factory {
    /** Logs go to {@code log}. */
    SmallServer create(@BindsInstance ServerConfig config, @BindsInstance EventLog log);
  }
}
