// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import dagger.Binds;
import dagger.Module;
import io.cairn.spi.network.PeerNetwork;

/** Offers the network over gRPC to a distribution, which provides {@link PeerNetworkOptions}. */
@Module
public interface GrpcPeerNetworkModule {
  /** The one network. */
  @Binds
  PeerNetwork bind(GrpcPeerNetwork network);
}
