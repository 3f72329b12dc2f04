// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.kernel;

import io.cairn.tidy.Breaks;
import planted.io.cairn.backendleaky.LeakyBackend;

/** Names a plugin, and is named by it. */
public final class Facade {
  @Breaks("ONLY_ASSEMBLERS_NAME_PLUGINS")
  boolean names(Object backend) {
    return backend instanceof LeakyBackend;
  }
}
