// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClusterDescriptionTest {
  private static final Member STARTED =
      new Member(-3, "m1", List.of("http://a:1", "http://b:1"), List.of("http://a:2"), false);
  private static final Member ADDED = new Member(9, "", List.of("http://c:1"), List.of(), true);

  private final ClusterDescription description =
      new ClusterDescription(
          -77, -3, new Membership(List.of(STARTED, ADDED), List.of(4L, -5L), "3.7.0", ""));

  @Test
  void descriptionArrivesAsItWasSent() {
    assertThat(ClusterDescription.decode(description.encode())).isEqualTo(description);
  }

  @Test
  void memberIsFoundByAllItsPeerUrlsInAnyOrder() {
    assertThat(description.findByPeerUrls(List.of("http://b:1", "http://a:1"))).contains(STARTED);
    assertThat(description.findByPeerUrls(List.of("http://b:1"))).isEmpty();
    assertThat(description.findByPeerUrls(List.of("http://c:1"))).contains(ADDED);
  }

  @Test
  void whatIsNoDescriptionIsRefused() {
    assertThatThrownBy(() -> ClusterDescription.decode(Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layout 0");
    assertThatThrownBy(() -> ClusterDescription.decode(Bytes.utf8("HTTP/1.1 404 Not Found")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
