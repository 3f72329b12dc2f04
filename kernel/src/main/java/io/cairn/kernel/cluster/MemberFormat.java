// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.WireCursor;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * How members are written, in the registry's table and in configuration entries: a protobuf message
 * with 1 name, 2 peer URL (repeated), 3 client URL (repeated), 4 learner; the id stands elsewhere.
 *
 * <p>Empty and false fields are left out. Unknown fields are passed over, so that a later release
 * can add some.
 */
final class MemberFormat {
  private static final int TAG_NAME = 0x0a;
  private static final int TAG_PEER_URL = 0x12;
  private static final int TAG_CLIENT_URL = 0x1a;
  private static final int TAG_LEARNER = 0x20;

  private MemberFormat() {}

  static Bytes encode(Member member) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!member.name().isEmpty()) {
      writeBytes(out, TAG_NAME, Bytes.utf8(member.name()));
    }
    member.peerUrls().forEach(url -> writeBytes(out, TAG_PEER_URL, Bytes.utf8(url)));
    member.clientUrls().forEach(url -> writeBytes(out, TAG_CLIENT_URL, Bytes.utf8(url)));
    if (member.learner()) {
      writeVarint(out, TAG_LEARNER, 1);
    }
    return Bytes.of(out.toByteArray());
  }

  /** Fails with {@link IllegalArgumentException} on bytes that no member was encoded to. */
  static Member decode(long id, Bytes encoded) {
    String name = "";
    List<String> peerUrls = new ArrayList<>();
    List<String> clientUrls = new ArrayList<>();
    boolean learner = false;
    WireCursor in = new WireCursor(encoded);
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case TAG_NAME -> name = in.bytes().toUtf8();
        case TAG_PEER_URL -> peerUrls.add(in.bytes().toUtf8());
        case TAG_CLIENT_URL -> clientUrls.add(in.bytes().toUtf8());
        case TAG_LEARNER -> learner = in.bool();
        default -> in.skip(tag);
      }
    }
    return new Member(id, name, peerUrls, clientUrls, learner);
  }

  static void writeBytes(ByteArrayOutputStream out, int tag, Bytes field) {
    writeVarint(out, tag, field.length());
    out.write(field.array(), field.offset(), field.length());
  }

  static void writeVarint(ByteArrayOutputStream out, int tag, long value) {
    byte[] scratch = new byte[20];
    int end = WireCursor.writeVarint(scratch, 0, tag);
    out.write(scratch, 0, WireCursor.writeVarint(scratch, end, value));
  }
}
