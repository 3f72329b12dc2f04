// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ConsensusProposerTest {
  @Test
  void requestIdHasTheMemberOnTopAndTheTimeOfStartBelow() {
    long id = ConsensusProposer.firstRequestId(0x1234_5678_9abc_def0L, 0x1_23_4567_89abL);

    assertThat(Long.toHexString(id)).isEqualTo("def0" + "23456789ab" + "00");
  }
}
