// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.consensusraft.runtime;

import io.cairn.tidy.Breaks;
import io.grpc.Metadata;

/** Speaks gRPC by itself. */
final class Talkative {
  @Breaks("CONSENSUS_KNOWS_NO_TRANSPORT")
  Metadata greets() {
    return new Metadata();
  }
}
