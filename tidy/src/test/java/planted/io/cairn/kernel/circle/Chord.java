// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.kernel.circle;

import io.cairn.tidy.Breaks;
import planted.io.cairn.kernel.circle.arc.Arc;

/** Needs the arc, which needs it. */
@Breaks("NO_PACKAGE_CYCLES")
public final class Chord {
  Arc arc = new Arc();
}
