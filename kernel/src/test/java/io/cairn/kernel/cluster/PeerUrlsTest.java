// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerUrlsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:2380",
        "https://10.0.0.1:2380",
        "http://[::1]:2380",
        "unix://localhost:m1",
        "unixs://a.sock"
      })
  void addressOfAPeerIsTaken(String url) {
    assertThat(PeerUrls.parse(List.of(" " + url + " "))).hasValue(List.of(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:2380",
        "ftp://localhost:2380",
        "http://localhost",
        "http://localhost:port",
        "http://localhost:",
        "http://::1:2380",
        "http://localhost:2380/",
        "http://localhost:2380/path",
        "http://localhost:2380?query",
        "http://user@localhost:2380",
        "http://local host:2380"
      })
  void anythingElseIsRefusedTogetherWithItsNeighbours(String url) {
    assertThat(PeerUrls.parse(List.of("http://localhost:2380", url))).isEmpty();
  }

  @Test
  void memberWithoutAddressIsRefused() {
    assertThat(PeerUrls.parse(List.of())).isEmpty();
  }
}
