// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.conformance;

import io.cairn.apigrpc.GrpcTransport;
import io.cairn.conformancetests.transport.TransportFixture;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.transport.Transport;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The transport as distributions make it; what it logs is not wanted. */
public final class GrpcFixture implements TransportFixture {
  private static final EventLog NO_LOG =
      new EventLog() {
        @Override
        public boolean writes(EventLog.Level level) {
          return false;
        }

        @Override
        public void log(EventLog.Level level, String message, Field... fields) {}
      };

  /** Held, so that it stays silent about connections that the kit breaks. */
  private static final Logger NETTY = Logger.getLogger("io.grpc.netty.NettyServerTransport");

  static {
    NETTY.setLevel(Level.WARNING);
  }

  /** For the kit. */
  public GrpcFixture() {}

  @Override
  public Transport transport() {
    return new GrpcTransport(NO_LOG, Optional.empty());
  }
}
