// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.cluster.Membership;
import io.cairn.spi.store.Reason;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether a cluster may prepare to go back to an older version: to the minor version before
 * its own, and to one at a time.
 */
final class Downgrades {
  private static final Pattern FORM =
      Pattern.compile("(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})(\\..*)?");

  private Downgrades() {}

  /** A version's major and minor number, which are all that counts here. */
  record Version(int major, int minor) {
    /** The version as the cluster version is written. */
    String text() {
      return major + "." + minor;
    }
  }

  /** A text of the form X.Y or X.Y.Z, Z being anything. */
  static Optional<Version> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new Version(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** Why the cluster may not prepare to go back to {@code target}, or null. */
  static @Nullable Reason refuses(Membership membership, Version target) {
    Version present = parse(membership.clusterVersion()).orElse(null);
    if (present == null) {
      return new Reason.ClusterVersionUnknown();
    }
    if (!target.equals(new Version(present.major(), present.minor() - 1))) {
      return new Reason.DowngradeVersionInvalid();
    }
    return membership.downgradeTarget().isEmpty() ? null : new Reason.DowngradeInProgress();
  }
}
