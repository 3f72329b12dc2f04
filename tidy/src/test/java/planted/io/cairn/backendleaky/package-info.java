// SPDX-License-Identifier: Apache-2.0
/** A storage backend that breaks the rules of backends. */
@NullMarked
package planted.io.cairn.backendleaky;

import org.jspecify.annotations.NullMarked;
