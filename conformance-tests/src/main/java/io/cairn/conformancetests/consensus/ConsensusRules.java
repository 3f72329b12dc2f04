// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.conformancetests.report.Catalogue;
import io.cairn.conformancetests.report.Rule;
import java.util.List;

/** The rules of the consensus contract, and what of them the suite does not bring about. */
final class ConsensusRules {
  static final String C1 = "C1";
  static final String C2 = "C2";
  static final String C3 = "C3";
  static final String C4 = "C4";
  static final String C5 = "C5";
  static final String C6 = "C6";
  static final String C7 = "C7";
  static final String C8 = "C8";
  static final String C9 = "C9";
  static final String C10 = "C10";
  static final String C11 = "C11";
  static final String C12 = "C12";
  static final String C13 = "C13";
  static final String C14 = "C14";
  static final String C15 = "C15";

  /** Not a rule of its own: what random misfortune finds may be against any. */
  static final String ALL = "C1-C15";

  static final Catalogue CATALOGUE =
      new Catalogue(
          "consensus",
          List.of(
              Rule.must(
                      C1,
                      "an entry is applied only when it is committed and durable, in index order,"
                          + " without gaps or repetition, beginning after the applied point")
                  .withUntested(
                      "that in a cluster it is durable on this member and not on a quorum alone"),
              Rule.must(C2, "all members apply the same entry at the same index"),
              Rule.must(
                  C3,
                  "a proposal enters the log at most once; its object comes back on its member"
                      + " alone, or is dropped, once, and not both"),
              Rule.must(C4, "what is dropped, and not as timed out, is never applied"),
              Rule.must(
                  C5, "a proposal made while no leader is known waits until the request timeout"),
              Rule.must(
                  C6, "what waits is bounded by count and bytes, and dropped as overloaded beyond"),
              Rule.must(C7, "a read shows everything that was acknowledged before it was asked for")
                  .withUntested("leader leases: clocks here run at one rate"),
              Rule.must(
                      C8,
                      "a change of the configuration takes effect when it is applied, if the state"
                          + " machine accepts it; one at a time")
                  .withUntested("promotion, removal, and changes while members fail"),
              Rule.must(C9, "the state machine is called on a lane, by one call at a time")
                  .withUntested("that it is the same lane each time"),
              Rule.must(C10, "the log is cut only at or below the durable index"),
              Rule.must(
                      C11,
                      "after a failed sync of the log the member ends and acknowledges nothing")
                  .withUntested("failed writes, and damage of what was written"),
              Rule.must(
                  C12,
                  "after stop has returned the state machine is not called, and what waited has"
                      + " been dropped"),
              Rule.must(
                  C13,
                  "a member whose next entry is gone is sent the whole state: all parts, in order,"
                      + " each once"),
              Rule.must(C14, "the state that arrives is the one after the entry at its point"),
              Rule.must(
                      C15, "a state is installed only above what is applied, before later entries")
                  .withUntested(
                      "a crash between the log's record and the installation: how the state machine"
                          + " learns of the record is not part of the contract"),
              Rule.must(
                  ALL,
                  "together: random proposals, reads, crashes, power cuts, separations, loss")));

  private ConsensusRules() {}
}
