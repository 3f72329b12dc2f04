// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.backendleaky;

import io.cairn.tidy.Breaks;

/** Open to all, though nobody outside needs it. */
@Breaks("BACKENDS_HIDE_THEIR_INSIDES")
public final class LeakyEngine {}
