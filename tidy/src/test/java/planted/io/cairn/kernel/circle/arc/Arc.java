// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.kernel.circle.arc;

import io.cairn.tidy.Breaks;
import org.jspecify.annotations.Nullable;
import planted.io.cairn.kernel.circle.Chord;

/** Needs the chord, which needs it. */
@Breaks("NO_PACKAGE_CYCLES")
public final class Arc {
  @Nullable Chord chord;
}
