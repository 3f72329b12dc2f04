// SPDX-License-Identifier: Apache-2.0
/** A kernel that breaks the rules for everybody. */
@NullMarked
package planted.io.cairn.kernel;

import org.jspecify.annotations.NullMarked;
