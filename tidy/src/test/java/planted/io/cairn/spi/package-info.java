// SPDX-License-Identifier: Apache-2.0
/** Contracts that break the rules of the SPI. */
@NullMarked
package planted.io.cairn.spi;

import org.jspecify.annotations.NullMarked;
