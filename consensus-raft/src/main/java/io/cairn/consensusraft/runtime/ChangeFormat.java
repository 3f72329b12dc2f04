// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Configuration.Member;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;

/**
 * The payload of configuration entries: kind (1 byte), member (8 bytes, big endian), context. Codes
 * are in the log of every member: never renumber.
 */
final class ChangeFormat {
  private static final int HEADER_BYTES = 9;

  private ChangeFormat() {}

  static Bytes encode(ConfigurationChange change) {
    byte[] out = new byte[HEADER_BYTES + change.context().length()];
    ByteBuffer.wrap(out).put((byte) code(change.kind())).putLong(change.member());
    change.context().copyTo(out, HEADER_BYTES);
    return Bytes.of(out);
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static ConfigurationChange decode(Bytes payload) {
    if (payload.length() < HEADER_BYTES) {
      throw new IllegalArgumentException(
          "a configuration entry has " + payload.length() + " bytes only");
    }
    ByteBuffer in = payload.asByteBuffer();
    ConfigurationChange.Kind kind = kind(in.get());
    long member = in.getLong();
    return new ConfigurationChange(kind, member, payload.slice(HEADER_BYTES, payload.length()));
  }

  /** The configuration once the change is in force. */
  static Configuration apply(Configuration before, ConfigurationChange change) {
    long id = change.member();
    long incarnation = incarnation(before, id);
    return switch (change.kind()) {
      case ADD_VOTER, PROMOTE -> before.with(new Member(id, false, incarnation));
      case ADD_LEARNER -> before.with(new Member(id, true, incarnation));
      case REMOVE -> before.without(id);
      case UPDATE -> before;
    };
  }

  /**
   * A configuration as the state machine knows it, with the incarnations that {@code known} has for
   * its members.
   */
  static Configuration toCore(
      io.cairn.spi.consensus.Configuration configuration, Configuration known) {
    Configuration result = Configuration.EMPTY;
    for (long voter : configuration.voters()) {
      result = result.with(new Member(voter, false, incarnation(known, voter)));
    }
    for (long learner : configuration.learners()) {
      result = result.with(new Member(learner, true, incarnation(known, learner)));
    }
    return result;
  }

  private static long incarnation(Configuration known, long id) {
    Member member = known.find(id);
    return member == null ? 0 : member.incarnation();
  }

  static io.cairn.spi.consensus.Configuration fromCore(Configuration configuration) {
    return new io.cairn.spi.consensus.Configuration(
        configuration.members().stream().filter(m -> !m.learner()).map(Member::id).toList(),
        configuration.members().stream().filter(Member::learner).map(Member::id).toList());
  }

  private static int code(ConfigurationChange.Kind kind) {
    return switch (kind) {
      case ADD_VOTER -> 1;
      case ADD_LEARNER -> 2;
      case PROMOTE -> 3;
      case REMOVE -> 4;
      case UPDATE -> 5;
    };
  }

  private static ConfigurationChange.Kind kind(int code) {
    return switch (code) {
      case 1 -> ConfigurationChange.Kind.ADD_VOTER;
      case 2 -> ConfigurationChange.Kind.ADD_LEARNER;
      case 3 -> ConfigurationChange.Kind.PROMOTE;
      case 4 -> ConfigurationChange.Kind.REMOVE;
      case 5 -> ConfigurationChange.Kind.UPDATE;
      default -> throw new IllegalArgumentException("no configuration change has code " + code);
    };
  }
}
