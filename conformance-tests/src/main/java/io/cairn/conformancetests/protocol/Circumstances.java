// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import java.time.Duration;
import java.util.List;

/**
 * What a run has to do with.
 *
 * @param shared whether others use the store, too
 * @param patience how long tests wait for what should come by itself
 * @param only the rules to try, all if empty
 */
record Circumstances(boolean shared, Duration patience, List<String> only) {
  /** Copies the list. */
  Circumstances {
    only = List.copyOf(only);
  }

  /** Whether a rule is to be tried. */
  boolean wants(String rule) {
    return only.isEmpty() || only.contains(rule);
  }
}
