// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MemberIdsTest {
  @Test
  void defaultMemberHasTheIdsThatEveryEtcdOperatorKnows() {
    long member = MemberIds.ofInitialMember(List.of("http://localhost:2380"), "etcd-cluster");
    long cluster = MemberIds.ofCluster(List.of(member));

    assertThat(MemberIds.text(member)).isEqualTo("8e9e05c52164694d");
    assertThat(MemberIds.text(cluster)).isEqualTo("cdf818194e3a8c32");
  }

  @Test
  void orderOfAddressesAndMembersDoesNotMatter() {
    String one = "http://10.0.0.1:2380";
    String two = "http://10.0.0.2:2380";

    assertThat(MemberIds.ofInitialMember(List.of(two, one), "t"))
        .isEqualTo(MemberIds.ofInitialMember(List.of(one, two), "t"));
    assertThat(MemberIds.ofCluster(List.of(-1L, 1L)))
        .isEqualTo(MemberIds.ofCluster(List.of(1L, -1L)));
  }

  @Test
  void memberAddedLaterHasAnotherIdEverySecond() {
    List<String> urls = List.of("http://localhost:2380");

    assertThat(MemberIds.ofAddedMember(urls, 1_700_000_000))
        .isEqualTo(MemberIds.ofInitialMember(urls, "1700000000"))
        .isNotEqualTo(MemberIds.ofAddedMember(urls, 1_700_000_001));
  }
}
