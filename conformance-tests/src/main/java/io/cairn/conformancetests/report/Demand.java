// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

/** How much a contract insists on a rule, in the sense of RFC 2119. */
public enum Demand {
  /** Whoever breaks it does not conform. */
  MUST,
  /** Broken for a good reason only; the report names it, the verdict does not depend on it. */
  SHOULD,
  /** Offered or not; if offered, it is as the rule says. */
  MAY
}
