// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.EventLog.Field;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;

/**
 * What all peers of a started network share.
 *
 * @param rng for jitter; used on the loop alone
 */
record PeerEnvironment(
    PeerIdentity self,
    PeerNetworkOptions options,
    NetworkLoop loop,
    Dialer dialer,
    Callbacks callbacks,
    Scheduler scheduler,
    TimeSource time,
    Rng rng,
    EventLog log) {

  /** The fields by which etcd's logs name the two members. */
  Field[] between(long remote, Field... more) {
    Field[] fields = new Field[2 + more.length];
    fields[0] = field("local-member-id", Long.toHexString(self.memberId()));
    fields[1] = field("remote-peer-id", Long.toHexString(remote));
    System.arraycopy(more, 0, fields, 2, more.length);
    return fields;
  }
}
