// SPDX-License-Identifier: Apache-2.0
/** One half of a circle between two packages. */
@NullMarked
package planted.io.cairn.kernel.circle;

import org.jspecify.annotations.NullMarked;
