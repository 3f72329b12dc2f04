// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

/** One life of a member: its directory, and how often that has been started. */
record Life(long incarnation, long boot) {
  static Life of(Hello hello) {
    return new Life(hello.incarnation(), hello.boot());
  }
}
