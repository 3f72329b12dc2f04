// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.protocol.ProtocolExamination;
import io.cairn.conformancetests.report.Report;
import io.cairn.endtoend.ProtocolIT;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol kit on three members, which take turns. */
final class ClusterProtocolIT {
  @TempDir Path folder;

  @Test
  void threeMembersSpeakTheProtocol() throws Exception {
    try (Cluster cluster = Cluster.start("protocol", 3, folder)) {
      assertThat(cluster.leader()).isNotNull();

      Report report = new ProtocolExamination(cluster.endpoints()).run();

      ProtocolIT.keep(report, "cluster");
      ProtocolIT.assertConformant(report);
    }
  }
}
