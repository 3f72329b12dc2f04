// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * What begins most results.
 *
 * @param clusterId the cluster
 * @param memberId the member that answers
 * @param revision the store's revision, as etcd defines it per request; 0 where there is none
 * @param term the answering member's term
 */
public record ResponseHeader(long clusterId, long memberId, long revision, long term) {

  /** The header of a result inside a transaction, where only the revision is set. */
  public static ResponseHeader ofRevision(long revision) {
    return new ResponseHeader(0, 0, revision, 0);
  }
}
