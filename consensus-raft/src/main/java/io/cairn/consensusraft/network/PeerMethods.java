// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.network.PeerNetwork;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;

/** The methods of gRPC by which members talk. */
final class PeerMethods {

  /** The service that they belong to. */
  static final String SERVICE = "cairn.Peer";

  /** The greeting, in the headers of both sides. */
  static final Metadata.Key<byte[]> HELLO =
      Metadata.Key.of("cairn-hello-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** Asks a member to describe itself; open to strangers. */
  static final MethodDescriptor<Batch, Batch> DESCRIBE = method("Describe", MethodType.UNARY);

  private static final MethodDescriptor<Batch, Batch> CONSENSUS =
      method("Consensus", MethodType.BIDI_STREAMING);
  private static final MethodDescriptor<Batch, Batch> SNAPSHOT =
      method("Snapshot", MethodType.BIDI_STREAMING);
  private static final MethodDescriptor<Batch, Batch> KERNEL =
      method("Kernel", MethodType.BIDI_STREAMING);

  private PeerMethods() {}

  /** The method of a channel's streams. */
  static MethodDescriptor<Batch, Batch> of(PeerNetwork.Channel channel) {
    return switch (channel) {
      case CONSENSUS -> CONSENSUS;
      case SNAPSHOT -> SNAPSHOT;
      case KERNEL -> KERNEL;
    };
  }

  private static MethodDescriptor<Batch, Batch> method(String name, MethodType type) {
    return MethodDescriptor.<Batch, Batch>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(Batch.MARSHALLER)
        .setResponseMarshaller(Batch.MARSHALLER)
        .build();
  }
}
