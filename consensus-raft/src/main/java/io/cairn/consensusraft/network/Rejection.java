// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.network.PeerNetwork.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Why a stream is refused.
 *
 * @param text a sentence for the logs of both members
 */
record Rejection(Refusal refusal, String text) {

  private static final Metadata.Key<String> KIND =
      Metadata.Key.of("cairn-refusal", Metadata.ASCII_STRING_MARSHALLER);

  /** How the refusal ends the stream. */
  Status status() {
    return Status.FAILED_PRECONDITION.withDescription(text);
  }

  /** What goes with it. */
  Metadata trailers() {
    Metadata trailers = new Metadata();
    trailers.put(KIND, refusal.name());
    return trailers;
  }

  /** Reads how a stream has ended; null if not by a refusal. */
  static @Nullable Rejection of(Status status, @Nullable Metadata trailers) {
    String kind = trailers == null ? null : trailers.get(KIND);
    if (kind == null) {
      return null;
    }
    String text = status.getDescription();
    for (Refusal refusal : Refusal.values()) {
      if (refusal.name().equals(kind)) {
        return new Rejection(refusal, text == null ? kind : text);
      }
    }
    // A later version may know more reasons; this one can only show them.
    return new Rejection(Refusal.UNWELCOME, kind + ": " + text);
  }
}
