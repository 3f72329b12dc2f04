// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

/**
 * Whose directory it is.
 *
 * @param backend the name of the storage backend that wrote it
 * @param clusterId the cluster
 * @param memberId the member
 * @param incarnation a random number drawn when the directory was made, so that a member that lost
 *     its directory is told from the one that voted before
 * @param boot how often the member has been started from it
 */
public record MemberIdentity(
    String backend, long clusterId, long memberId, long incarnation, long boot) {
  MemberIdentity nextBoot() {
    return new MemberIdentity(backend, clusterId, memberId, incarnation, boot + 1);
  }

  MemberIdentity withBackend(String other) {
    return new MemberIdentity(other, clusterId, memberId, incarnation, boot);
  }
}
