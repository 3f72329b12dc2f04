// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.spi;

import com.google.protobuf.ByteString;
import io.cairn.tidy.Breaks;

/** Says nothing about threads, and brings a library along. */
@Breaks("SPI_STATES_ITS_THREADING")
public interface Unstated {
  /** A type that the implementer would have to know. */
  @Breaks("SPI_IS_SELF_CONTAINED")
  ByteString bytes();
}
