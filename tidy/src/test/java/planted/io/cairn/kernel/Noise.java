// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.kernel;

import io.cairn.tidy.Breaks;

final class Noise {
  @Breaks("NO_STANDARD_STREAMS")
  void talks() {
    System.out.println("hello");
  }

  @Breaks("NO_STANDARD_STREAMS")
  void complains(Exception e) {
    e.printStackTrace();
  }
}
