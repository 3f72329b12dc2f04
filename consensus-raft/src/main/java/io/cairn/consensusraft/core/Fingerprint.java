// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.spi.store.Bytes;

/** Folds a state into 64 bits, so that an explorer can tell states apart that it has seen. */
final class Fingerprint {
  private long hash = 0x9e3779b97f4a7c15L;

  Fingerprint add(long value) {
    // The finalizer of SplitMix64 after a rotation: order matters, and every bit spreads.
    long z = Long.rotateLeft(hash, 23) ^ (value + 0x9e3779b97f4a7c15L);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    hash = z ^ (z >>> 31);
    return this;
  }

  Fingerprint add(boolean value) {
    return add(value ? 1 : 2);
  }

  Fingerprint add(Bytes bytes) {
    add(bytes.length());
    for (int i = 0; i < bytes.length(); i++) {
      add(bytes.byteAt(i));
    }
    return this;
  }

  Fingerprint add(Entry entry) {
    return add(entry.index())
        .add(entry.term())
        .add(entry.kind().code())
        .add(entry.format())
        .add(entry.flags())
        .add(entry.payload());
  }

  Fingerprint add(Configuration configuration) {
    add(configuration.members().size());
    for (Configuration.Member member : configuration.members()) {
      add(member.id()).add(member.learner()).add(member.incarnation());
    }
    return this;
  }

  long value() {
    return hash;
  }
}
