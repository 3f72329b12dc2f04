// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.HealthMessages;
import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's standard health service. As in etcd only the server as a whole, whose name is empty, is
 * known; it is serving while it runs and no longer when it drains.
 */
final class HealthCalls {

  private HealthCalls() {}

  static ServerServiceDefinition service(CallEnvironment environment) {
    return new ServiceBuilder("grpc.health.v1.Health", environment)
        .add("Check", MethodType.UNARY, HealthCall::check)
        .add("Watch", MethodType.SERVER_STREAMING, HealthCall::watch)
        .build();
  }

  private static final class HealthCall extends LoopCall implements CallEnvironment.EndlessCall {

    private final boolean watching;
    private @Nullable String service;

    private HealthCall(
        boolean watching,
        CallEnvironment environment,
        ServerCall<Bytes, Reply> call,
        Metadata headers) {
      super(environment, call, headers);
      this.watching = watching;
    }

    static LoopCall check(
        CallEnvironment environment, ServerCall<Bytes, Reply> call, Metadata headers) {
      HealthCall health = new HealthCall(false, environment, call, headers);
      call.request(2);
      return health;
    }

    static LoopCall watch(
        CallEnvironment environment, ServerCall<Bytes, Reply> call, Metadata headers) {
      HealthCall health = new HealthCall(true, environment, call, headers);
      call.request(2);
      return health;
    }

    @Override
    void receive(Bytes message) {
      if (service != null) {
        close(StatusMapping.moreThanOneRequest());
        return;
      }
      service = HealthMessages.service(message);
    }

    @Override
    void halfClosed() {
      String name = service;
      if (name == null) {
        close(StatusMapping.noRequest());
      } else if (watching) {
        var _ = tell(name.isEmpty() ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN);
        environment.opened(this);
      } else if (!name.isEmpty()) {
        close(StatusMapping.unknownHealthService());
      } else if (tell(ServingStatus.SERVING)) {
        closeOk();
      }
    }

    private boolean tell(ServingStatus status) {
      return send(HealthMessages.response(status));
    }

    @Override
    public void drain() {
      loop.execute(() -> {
        // Whoever waits for a service that never comes is sent away, too: stopping waits for all.
        if (!isClosed() && (!"".equals(service) || tell(ServingStatus.NOT_SERVING))) {
          closeOk();
        }
      });
    }

    @Override
    void takeDelivery() {
      throw new IllegalStateException("a health call waits for nothing");
    }

    @Override
    void proceed() {
      // Has said everything as soon as it is asked.
    }

    @Override
    void release() {
      environment.closed(this);
    }
  }
}
