// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.cluster.Membership;
import io.cairn.kernel.maintenance.Downgrades.Version;
import io.cairn.spi.store.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DowngradesTest {
  private static final Membership AT_3_7 = new Membership(List.of(), List.of(), "3.7.0", "");

  @ParameterizedTest
  @ValueSource(strings = {"3.6", "3.6.0", "3.6.17", "3.6.0-rc.1"})
  void onlyMajorAndMinorNumberCount(String text) {
    assertThat(Downgrades.parse(text)).hasValue(new Version(3, 6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "3", "v3.6", "3.x", "3.", ".6", "3.06", "-3.6", "3.9999999999"})
  void anythingElseIsMalformed(String text) {
    assertThat(Downgrades.parse(text)).isEmpty();
  }

  @Test
  void onlyTheMinorVersionBeforeIsATarget() {
    assertThat(Downgrades.refuses(AT_3_7, new Version(3, 6))).isNull();
    for (Version wrong : List.of(new Version(3, 5), new Version(3, 7), new Version(2, 6))) {
      assertThat(Downgrades.refuses(AT_3_7, wrong)).isEqualTo(new Reason.DowngradeVersionInvalid());
    }
  }

  @Test
  void clusterGoesBackOneVersionAtATime() {
    Membership under = new Membership(List.of(), List.of(), "3.7.0", "3.6.0");

    assertThat(Downgrades.refuses(under, new Version(3, 6)))
        .isEqualTo(new Reason.DowngradeInProgress());
    assertThat(Downgrades.refuses(Membership.EMPTY, new Version(3, 6)))
        .isEqualTo(new Reason.ClusterVersionUnknown());
  }
}
