// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.report.Catalogue;
import io.cairn.conformancetests.report.Demand;
import io.cairn.conformancetests.report.Rule;
import java.util.List;

/**
 * The rules of the storage contract, and what of them no test that knows only it can bring about.
 */
final class StorageRules {
  static final String S1 = "S1";
  static final String S2 = "S2";
  static final String S3 = "S3";
  static final String S4 = "S4";
  static final String S5 = "S5";
  static final String S6 = "S6";
  static final String S7 = "S7";
  static final String S8 = "S8";
  static final String S9 = "S9";
  static final String S10 = "S10";
  static final String S11 = "S11";
  static final String S12 = "S12";
  static final String S13 = "S13";
  static final String P1 = "P1";
  static final String P2 = "P2";
  static final String P3 = "P3";
  static final String P4 = "P4";
  static final String P5 = "P5";

  /** Not a rule of its own: what random work finds may be against any. */
  static final String ALL = "S1-S13";

  static final Catalogue CATALOGUE =
      new Catalogue(
          "storage",
          List.of(
              Rule.must(
                      S1,
                      "a table is an ordered map from keys of 1 to 255 bytes to values, ordered as"
                          + " unsigned bytes, a prefix first")
                  .withUntested(
                      "values of more than 8 MiB: the bound, 1 GiB, is more than a test may take"
                          + " of a machine"),
              Rule.must(
                  S2, "a view shows what was committed before it was taken, and nothing later"),
              Rule.must(S3, "a commit applies its mutations in order, all or none"),
              Rule.must(
                      S4,
                      "after a crash the engine opens at a prefix of the commits that contains"
                          + " everything before the last barrier")
                  .withUntested(
                      "power cuts: what an operating system has taken but not written is not lost"
                          + " when a process is killed; a backend shows by its own tests that it"
                          + " syncs in the right order"),
              Rule.must(S5, "a cursor visits the keys of its range once each, in order or reverse"),
              Rule.must(S6, "a read returns what was written, or throws")
                  .withUntested("damage to a part of a file: a backend's own tests know its files"),
              Rule.must(
                      S7,
                      "after a failed commit or barrier the engine refuses all further work, and"
                          + " earlier views go on")
                  .withUntested("a barrier that fails"),
              Rule.must(S8, "lack of space and damage are reported as such, and name the place")
                  .withUntested("full disks, and damage to a part of a file"),
              Rule.must(S9, "a directory is open in one engine at a time"),
              Rule.must(
                      S10,
                      "space freed by deletions is used again, and reclaiming goes on beside other"
                          + " work")
                  .withUntested(
                      "how long others wait while space is reclaimed; only that they need not wait"
                          + " for its end"),
              Rule.must(S11, "close waits for running work, may be repeated, and ends everything"),
              Rule.must(S12, "a new table is empty, one that is not asked for is an error"),
              Rule.must(S13, "an engine without the capability durable starts empty at every open"),
              Rule.must(P1, "a descriptor is a constant of its seam"),
              Rule.must(P2, "a descriptor carries the version that the plugin's compiler saw"),
              Rule.must(P3, "a descriptor lists capabilities that the contract knows"),
              Rule.must(P4, "a name is lower-case letters, digits and hyphens"),
              Rule.must(P5, "the backend is listed in META-INF/services of its jar"),
              new Rule(ALL, Demand.MUST, "all rules together hold over random histories", "")));

  private StorageRules() {}
}
