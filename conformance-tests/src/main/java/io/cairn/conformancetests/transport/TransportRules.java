// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import io.cairn.conformancetests.report.Catalogue;
import io.cairn.conformancetests.report.Rule;
import java.util.List;

/** The rules of the transport contract, and what of them the suite does not bring about. */
final class TransportRules {
  static final String T1 = "T1";
  static final String T2 = "T2";
  static final String T3 = "T3";
  static final String T4 = "T4";
  static final String P1 = "P1";
  static final String P2 = "P2";
  static final String P4 = "P4";

  static final Catalogue CATALOGUE =
      new Catalogue(
          "transport",
          List.of(
              Rule.must(
                      T1,
                      "a transport decodes requests and encodes results, and decides nothing: every"
                          + " check is the store's")
                  .withUntested(
                      "leases, members, maintenance, authentication: puts, ranges and watches are"
                          + " tried; the protocol kit tries the rest on a whole server"),
              Rule.must(
                  T2,
                  "start returns when every address is bound and served; if one cannot be bound"
                      + " nothing stays bound"),
              Rule.must(
                  T3,
                  "drain ends watches, lets running calls finish and takes no new ones; stop ends"
                      + " everything and releases the addresses"),
              Rule.must(T4, "a malformed or hostile request costs its connection at most")
                  .withUntested("floods: many connections, many streams, slow readers"),
              Rule.must(P1, "a descriptor is a constant of its seam"),
              Rule.must(P2, "a descriptor carries the version that the plugin's compiler saw"),
              Rule.must(P4, "a name is lower-case letters, digits and hyphens")));

  private TransportRules() {}
}
