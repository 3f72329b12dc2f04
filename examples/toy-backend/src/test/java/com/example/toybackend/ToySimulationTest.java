// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.simulator.parts.Parts;
import io.cairn.simulator.suite.SimulationConformance;

final class ToySimulationTest extends SimulationConformance {
  @Override
  protected Parts parts() {
    return Parts.ofCairn().withStorage(new ToyBackend());
  }
}
