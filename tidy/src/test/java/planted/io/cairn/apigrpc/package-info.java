// SPDX-License-Identifier: Apache-2.0
/** A transport that breaks the rules of transports. */
@NullMarked
package planted.io.cairn.apigrpc;

import org.jspecify.annotations.NullMarked;
