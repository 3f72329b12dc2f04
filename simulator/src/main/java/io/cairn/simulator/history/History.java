// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import java.util.List;

/**
 * All that is known of a run from outside.
 *
 * @param log what the members have agreed on, from the first entry; empty if it is not known
 * @param operations what clients called
 * @param watchings what watchers were told
 * @param promises what clients were told about leases
 */
public record History(
    List<LogEntry> log,
    List<Operation> operations,
    List<Watching> watchings,
    List<LeasePromise> promises) {
  /** Copies the lists. */
  public History {
    log = List.copyOf(log);
    operations = List.copyOf(operations);
    watchings = List.copyOf(watchings);
    promises = List.copyOf(promises);
  }
}
