// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How a member introduces itself at the beginning of a stream: the opener in its headers, the
 * acceptor in its own.
 *
 * <p>The newest and the oldest version that the member speaks come first and stay where they are
 * for ever; both then speak the lower of the two newest. What later versions add goes to the end,
 * where it is not read by earlier ones.
 *
 * @param clusterId the cluster it belongs to
 * @param from who speaks
 * @param to whom it believes to speak to
 * @param incarnation the speaker's directory
 * @param boot how often that has been started
 * @param urls where the speaker can be reached
 */
record Hello(long clusterId, long from, long to, long incarnation, long boot, List<String> urls) {

  /** The version of the peer protocol that this build speaks best. */
  static final int VERSION = 1;

  /** The oldest version that it still understands. */
  static final int OLDEST_VERSION = 1;

  private static final int URLS_MAX = 16;
  private static final int FIXED_BYTES = 2 * Short.BYTES + 5 * Long.BYTES + 1;

  /** Copies the URLs, of which only the first few are told. */
  Hello {
    urls = List.copyOf(urls.subList(0, Math.min(URLS_MAX, urls.size())));
  }

  /** What {@code self} says to {@code to}. */
  static Hello of(PeerIdentity self, long to, List<String> urls) {
    return new Hello(self.clusterId(), self.memberId(), to, self.incarnation(), self.boot(), urls);
  }

  /** The bytes of the greeting. */
  byte[] encode() {
    List<byte[]> texts = urls.stream().map(url -> url.getBytes(StandardCharsets.UTF_8)).toList();
    int size = FIXED_BYTES + texts.stream().mapToInt(text -> Short.BYTES + text.length).sum();
    ByteBuffer out = ByteBuffer.allocate(size);
    out.putShort((short) VERSION).putShort((short) OLDEST_VERSION);
    out.putLong(clusterId).putLong(from).putLong(to).putLong(incarnation).putLong(boot);
    out.put((byte) texts.size());
    texts.forEach(text -> out.putShort((short) text.length).put(text));
    return out.array();
  }

  /**
   * Reads a greeting.
   *
   * @throws MalformedInput if it is none, or no version is spoken by both
   */
  static Hello parse(byte[] bytes) throws MalformedInput {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int newest = Short.toUnsignedInt(in.getShort());
      int oldest = Short.toUnsignedInt(in.getShort());
      if (newest < OLDEST_VERSION || oldest > VERSION) {
        throw new MalformedInput(
            "it speaks versions %d to %d of the peer protocol, this member %d to %d"
                .formatted(oldest, newest, OLDEST_VERSION, VERSION));
      }
      long clusterId = in.getLong();
      long from = in.getLong();
      long to = in.getLong();
      long incarnation = in.getLong();
      long boot = in.getLong();
      return new Hello(clusterId, from, to, incarnation, boot, urls(in));
    } catch (BufferUnderflowException e) {
      throw new MalformedInput("its greeting is cut short");
    }
  }

  private static List<String> urls(ByteBuffer in) {
    int count = Byte.toUnsignedInt(in.get());
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = Short.toUnsignedInt(in.getShort());
      if (length > in.remaining()) {
        throw new BufferUnderflowException();
      }
      byte[] text = new byte[length];
      in.get(text);
      urls.add(new String(text, StandardCharsets.UTF_8));
    }
    return urls;
  }
}
