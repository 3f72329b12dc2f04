// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the peer network of this member behaves; known before the member knows who it is.
 *
 * @param advertisedUrls where others reach this member, told to those who do not know it yet
 * @param localAddress what outgoing connections are bound to; null for the machine's choice
 * @param messageBytesMax the largest message to send or to accept, at least 1 KiB
 * @param queueBytesMax how many bytes may wait for one channel of one member, beside a single
 *     message that is larger
 * @param queueMessagesMax how many messages may wait for one channel of one member
 * @param silenceMillis after how long without an answer a member is taken for dead, and its
 *     connection given up
 */
public record PeerNetworkOptions(
    List<String> advertisedUrls,
    @Nullable InetAddress localAddress,
    int messageBytesMax,
    long queueBytesMax,
    int queueMessagesMax,
    long silenceMillis) {

  private static final int MESSAGE_BYTES_MIN = 1024;
  private static final int MESSAGES_WAITING = 4096;
  private static final long QUEUE_BYTES_MIN = 16 * 1024 * 1024;
  private static final int ELECTIONS_OF_SILENCE = 2;

  /** A connection must have the time to come about, on a busy machine and over a slow line. */
  private static final long SILENCE_MILLIS_MIN = 1000;

  /** Checks the ranges. */
  public PeerNetworkOptions {
    advertisedUrls = List.copyOf(advertisedUrls);
    if (messageBytesMax < MESSAGE_BYTES_MIN) {
      throw new IllegalArgumentException(
          "wanted messages of at least " + MESSAGE_BYTES_MIN + " bytes, not " + messageBytesMax);
    }
    if (queueBytesMax < 1 || queueMessagesMax < 1 || silenceMillis < 1) {
      throw new IllegalArgumentException(
          "wanted positive bounds, not %d bytes, %d messages, %d ms"
              .formatted(queueBytesMax, queueMessagesMax, silenceMillis));
    }
  }

  /**
   * The usual choice: queues for a few of the largest messages, and two election timeouts of
   * silence, but a second at least.
   */
  public static PeerNetworkOptions standard(
      List<String> advertisedUrls, int messageBytesMax, int electionMillis) {
    return new PeerNetworkOptions(
        advertisedUrls,
        null,
        messageBytesMax,
        Math.max(QUEUE_BYTES_MIN, 4L * messageBytesMax),
        MESSAGES_WAITING,
        Math.max(SILENCE_MILLIS_MIN, (long) ELECTIONS_OF_SILENCE * electionMillis));
  }

  /** The same with another address for outgoing connections. */
  public PeerNetworkOptions withLocalAddress(InetAddress address) {
    return new PeerNetworkOptions(
        advertisedUrls, address, messageBytesMax, queueBytesMax, queueMessagesMax, silenceMillis);
  }
}
