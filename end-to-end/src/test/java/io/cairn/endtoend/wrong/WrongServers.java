// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.wrong;

import java.util.List;
import java.util.function.Supplier;

/** All that was ever made wrong on purpose, and the rule that must catch it. */
final class WrongServers {
  /**
   * One wrong server.
   *
   * @param name what is wrong, in a word or two
   * @param rule the rule of the protocol kit that has to fail
   */
  record WrongServer(String name, String rule, Supplier<Fault> fault) {
    @Override
    public String toString() {
      return name + " breaks " + rule;
    }
  }

  static final List<WrongServer> ALL =
      List.of(
          new WrongServer("lost write", "PUT-13", KvFaults::lostWrite),
          new WrongServer("revision reused", "PUT-1", KvFaults::revisionReused),
          new WrongServer("wrong previous value", "PUT-3", KvFaults::wrongPreviousValue),
          new WrongServer("stale linearizable read", "RANGE-14", KvFaults::staleRead),
          new WrongServer("wrong count with limit", "RANGE-6", KvFaults::wrongCountWithLimit),
          new WrongServer("wrong more", "RANGE-5", KvFaults::wrongMore),
          new WrongServer("end of range included", "RANGE-2", KvFaults::endIncluded),
          new WrongServer("keys only ignored", "RANGE-7", KvFaults::keysOnlyIgnored),
          new WrongServer("header of the past", "RANGE-9", KvFaults::headerOfThePast),
          new WrongServer("order ignored", "ORDER-1", KvFaults::orderIgnored),
          new WrongServer("bounds ignored", "FILTER-1", KvFaults::boundsIgnored),
          new WrongServer("wrong number of deletions", "DELETE-1", KvFaults::wrongDeleted),
          new WrongServer("transaction in parts", "TXN-12", KvFaults::transactionInParts),
          new WrongServer("duplicates accepted", "TXN-14", KvFaults::duplicatesAccepted),
          new WrongServer("values not compared", "COMPARE-4", KvFaults::valuesNotCompared),
          new WrongServer("no compaction error", "COMPACT-1", KvFaults::missingCompactionError),
          new WrongServer("wrong code", "PUT-8", KvFaults::wrongCode),
          new WrongServer("wrong member", "HEADER-1", KvFaults::wrongMember),
          new WrongServer("watch gap", "EVENT-14", StreamFaults::watchGap),
          new WrongServer("watch duplicate", "EVENT-14", StreamFaults::watchDuplicate),
          new WrongServer("dropped deletions", "EVENT-1", StreamFaults::droppedDeletions),
          new WrongServer("revision in parts", "EVENT-8", StreamFaults::revisionInParts),
          new WrongServer("events reversed", "EVENT-9", StreamFaults::eventsReversed),
          new WrongServer("no previous key-value", "EVENT-7", StreamFaults::noPreviousKeyValue),
          new WrongServer("early progress", "WATCH-11", StreamFaults::earlyProgress),
          new WrongServer("no beginning", "WATCH-1", StreamFaults::noBeginning),
          new WrongServer("no compact revision", "EVENT-10", StreamFaults::noCompactRevision),
          new WrongServer("late start", "EVENT-4", StreamFaults::lateStart),
          new WrongServer("filters ignored", "EVENT-6", StreamFaults::filtersIgnored),
          new WrongServer("lease ends early", "EXPIRY-1", StreamFaults::earlyEnd),
          new WrongServer("keys outlive lease", "LEASE-4", StreamFaults::keysOutliveLease),
          new WrongServer("unknown lease renewed", "LEASE-7", StreamFaults::unknownLeaseRenewed),
          new WrongServer("damaged backup", "MAINT-9", StreamFaults::damagedBackup),
          new WrongServer("unsteady hash", "MAINT-4", StreamFaults::unsteadyHash));

  private WrongServers() {}
}
