// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Derives the ids of members and clusters as etcd does, so that equal addresses and tokens give the
 * ids that operators and dashboards know. SHA-1 names things here; it protects nothing.
 *
 * <p>An id is the first eight bytes, big endian, of the digest; ids are unsigned.
 */
public final class MemberIds {
  private MemberIds() {}

  /** A member of a cluster that begins with {@code clusterToken}. */
  public static long ofInitialMember(List<String> peerUrls, String clusterToken) {
    return digest(joined(peerUrls) + clusterToken);
  }

  /** A member that joins a running cluster, asked for at {@code unixSeconds}. */
  public static long ofAddedMember(List<String> peerUrls, long unixSeconds) {
    return digest(joined(peerUrls) + unixSeconds);
  }

  /** The cluster that begins with {@code memberIds}, in any order. */
  public static long ofCluster(List<Long> memberIds) {
    ByteBuffer ids = ByteBuffer.allocate(memberIds.size() * Long.BYTES);
    memberIds.stream().sorted(Long::compareUnsigned).forEach(ids::putLong);
    return digest(ids.array());
  }

  /**
   * The cluster that begins with {@code memberIds} and with content that has that digest. Unlike
   * etcd's, the id depends on the content, so members that begin with different content, or with
   * none, are strangers to each other, and so are members of the cluster that the content comes
   * from.
   */
  public static long ofRestoredCluster(List<Long> memberIds, Bytes contentDigest) {
    ByteBuffer ids = ByteBuffer.allocate(memberIds.size() * Long.BYTES + contentDigest.length());
    memberIds.stream().sorted(Long::compareUnsigned).forEach(ids::putLong);
    return digest(ids.put(contentDigest.asByteBuffer()).array());
  }

  /** An id as tools and logs show it: lower-case hexadecimal without leading zeros. */
  public static String text(long id) {
    return Long.toHexString(id);
  }

  private static String joined(List<String> peerUrls) {
    return String.join("", peerUrls.stream().sorted().toList());
  }

  private static long digest(String text) {
    return digest(text.getBytes(StandardCharsets.UTF_8));
  }

  private static long digest(byte[] bytes) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new InvariantViolation("every JDK offers SHA-1: " + e);
    }
  }
}
