// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.cairn.cli.ClusterFounding.Founders;
import io.cairn.cli.ClusterFounding.Origin;
import io.cairn.cli.ToolException;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.spi.store.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RestoredFoundingTest {
  private static final String ONE = "http://127.0.0.1:2380";
  private static final String TWO = "http://127.0.0.2:2380";
  private static final String BOTH = "m2=" + TWO + ",m1=" + ONE;

  private final RestoredFounding founding = new RestoredFounding();

  @Test
  void foundersAreThoseOfTheServer() throws ToolException {
    Founders founders = founding.decide(new Origin("m2", BOTH, "token", TWO));

    assertThat(founders.self()).isEqualTo(MemberIds.ofInitialMember(List.of(TWO), "token"));
    assertThat(founders.members())
        .extracting(Member::name, Member::peerUrls)
        .containsExactly(tuple("m1", List.of(ONE)), tuple("m2", List.of(TWO)));
  }

  @Test
  void contradictionsAreRefusedInTheServersWords() {
    refuses(new Origin("m3", BOTH, "token", TWO), "couldn't find local name \"m3\"");
    refuses(
        new Origin("m1", BOTH, "token", TWO),
        "--initial-cluster has m1=" + ONE + " but missing from --initial-advertise-peer-urls");
    refuses(new Origin("m1", "m1=" + ONE + ",m2=" + ONE, "token", ONE), "has duplicate url");
    refuses(new Origin("m1", "m1=127.0.0.1", "token", ONE), "URL scheme must be http");
  }

  private void refuses(Origin origin, String why) {
    assertThatThrownBy(() -> founding.decide(origin))
        .isInstanceOf(ToolException.class)
        .hasMessageContaining(why);
  }
}
