// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import io.cairn.conformancetests.report.Given;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;

/** The suite on a transport that the examination was given. */
@ExtendWith(Given.class)
final class GivenTransportConformance extends TransportConformance {
  private final TransportFixture fixture;

  GivenTransportConformance(TransportFixture fixture, Duration patience) {
    super(patience);
    this.fixture = fixture;
  }

  @Override
  protected TransportFixture fixture() {
    return fixture;
  }
}
