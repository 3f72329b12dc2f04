// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.util.List;

/**
 * A member of the cluster.
 *
 * @param id its id, an unsigned number
 * @param name its name, empty until it has started
 * @param peerUrls where other members reach it
 * @param clientUrls where clients reach it, empty until it has started
 * @param learner whether it follows without a vote
 */
public record Member(
    long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
  /** Copies the lists. */
  public Member {
    peerUrls = List.copyOf(peerUrls);
    clientUrls = List.copyOf(clientUrls);
  }
}
