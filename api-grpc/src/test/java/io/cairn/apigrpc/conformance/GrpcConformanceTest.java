// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.conformance;

import io.cairn.conformancetests.transport.TransportConformance;
import io.cairn.conformancetests.transport.TransportFixture;

final class GrpcConformanceTest extends TransportConformance {
  @Override
  protected TransportFixture fixture() {
    return new GrpcFixture();
  }
}
