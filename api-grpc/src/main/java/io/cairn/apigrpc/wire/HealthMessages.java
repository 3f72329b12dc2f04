// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.Bytes;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;

/** Reads and writes the messages of gRPC's health service. */
public final class HealthMessages {

  private HealthMessages() {}

  /** Reads a {@code HealthCheckRequest}: the name of the service. */
  public static String service(Bytes message) {
    return GeneratedMessages.parse(HealthCheckRequest.parser(), message).getService();
  }

  /** Writes a {@code HealthCheckResponse}. */
  public static Reply response(ServingStatus status) {
    return GeneratedMessages.reply(HealthCheckResponse.newBuilder().setStatus(status).build());
  }
}
