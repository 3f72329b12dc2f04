// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import io.cairn.spi.transport.Transport;

/** How the suite gets the transport that it examines. */
@FunctionalInterface
public interface TransportFixture {
  /** A new transport that has not been started. */
  Transport transport();
}
