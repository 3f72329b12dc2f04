// SPDX-License-Identifier: Apache-2.0
/** The other half of the circle. */
@NullMarked
package planted.io.cairn.kernel.circle.arc;

import org.jspecify.annotations.NullMarked;
