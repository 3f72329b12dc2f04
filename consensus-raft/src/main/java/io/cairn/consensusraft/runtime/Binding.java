// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;

/**
 * The payload of binding entries: member, incarnation (8 bytes each, big endian).
 *
 * @param member who is bound
 * @param incarnation the life of its directory that counts from now on
 */
record Binding(long member, long incarnation) {
  Bytes encode() {
    return Bytes.of(ByteBuffer.allocate(16).putLong(member).putLong(incarnation).array());
  }

  static Binding decode(Bytes payload) {
    if (payload.length() != 16) {
      throw new IllegalArgumentException("a binding of " + payload.length() + " bytes");
    }
    ByteBuffer in = payload.asByteBuffer();
    return new Binding(in.getLong(), in.getLong());
  }

  /** The members once this is applied: the first binding of a member counts, later ones do not. */
  Configuration apply(Configuration before) {
    Configuration.Member present = before.find(member);
    return present == null || present.incarnation() != 0
        ? before
        : before.with(new Configuration.Member(member, present.learner(), incarnation));
  }
}
