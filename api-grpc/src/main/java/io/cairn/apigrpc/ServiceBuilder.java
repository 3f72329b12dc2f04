// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects the methods of one gRPC service. */
final class ServiceBuilder {

  /** Makes the object that lives as long as one call. */
  @FunctionalInterface
  interface CallFactory {
    /** Begins a call. */
    LoopCall begin(CallEnvironment environment, ServerCall<Bytes, Reply> call, Metadata headers);
  }

  private final String service;
  private final CallEnvironment environment;
  private final ServerServiceDefinition.Builder definition;

  ServiceBuilder(String service, CallEnvironment environment) {
    this.service = service;
    this.environment = environment;
    this.definition = ServerServiceDefinition.builder(service);
  }

  /** Adds a method with one request and one answer. */
  <Q, R> ServiceBuilder unary(
      String name,
      UnaryMethod.Decoder<Q> decoder,
      UnaryMethod.Invocation<Q, R> invocation,
      UnaryMethod.Encoder<R> encoder) {
    return unary(
        name, MethodType.UNARY, new UnaryMethod<>(decoder, invocation, encoder), () -> null);
  }

  /**
   * Adds a method with one request and one answer, which may be longer than memory. To gRPC it is a
   * stream, since it does not see the message; nobody can tell the difference.
   */
  <Q, R> ServiceBuilder unaryOfAnyLength(
      String name,
      UnaryMethod.Decoder<Q> decoder,
      UnaryMethod.Invocation<Q, R> invocation,
      UnaryMethod.Encoder<R> encoder) {
    return unary(
        name,
        MethodType.SERVER_STREAMING,
        new UnaryMethod<>(decoder, invocation, encoder),
        HttpConnection::ofCallThatBegins);
  }

  private <Q, R> ServiceBuilder unary(
      String name,
      MethodType type,
      UnaryMethod<Q, R> method,
      Supplier<HttpConnection.@Nullable Stream> streams) {
    return add(
        name,
        type,
        (environment, call, headers) ->
            began(new UnaryCall<>(method, streams.get(), environment, call, headers)));
  }

  private static LoopCall began(LoopCall call) {
    // The second request is never served; asking for it tells whether there is one.
    call.call.request(2);
    return call;
  }

  /** Adds a method with one request and an answer in parts. */
  <Q, P> ServiceBuilder pulled(
      String name, UnaryMethod.Decoder<Q> decoder, PulledCall.Opening<Q, P> opening) {
    return add(
        name,
        MethodType.SERVER_STREAMING,
        (environment, call, headers) ->
            began(new PulledCall<>(decoder, opening, environment, call, headers)));
  }

  /** Adds a method with streams in both directions. */
  ServiceBuilder bidirectional(String name, CallFactory calls) {
    return add(name, MethodType.BIDI_STREAMING, calls);
  }

  /** Adds a method whose calls are made by {@code calls}. */
  ServiceBuilder add(String name, MethodType type, CallFactory calls) {
    ServerCallHandler<Bytes, Reply> handler =
        (call, headers) -> {
          if (!RequestMetadata.namesValidApiVersion(headers)) {
            call.close(StatusMapping.of(new Reason.InvalidClientApiVersion()), new Metadata());
            return new ServerCall.Listener<>() {};
          }
          LoopCall began = calls.begin(environment, call, headers);
          HttpConnection.began(began);
          return began;
        };
    definition.addMethod(MessageMarshallers.descriptor(service + "/" + name, type), handler);
    return this;
  }

  /** The service with all its methods. */
  ServerServiceDefinition build() {
    return definition.build();
  }
}
