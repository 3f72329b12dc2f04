// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.kernel;

import io.cairn.tidy.Breaks;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

final class Wiring {
  @Breaks("CONSTRUCTOR_INJECTION_ONLY")
  @Inject
  @Nullable String field;

  String value = "";

  @Breaks("CONSTRUCTOR_INJECTION_ONLY")
  @Inject
  void method(String later) {
    value = later;
  }

  @Breaks("NO_JAVAX_INJECT")
  static final class Old {
    @javax.inject.Inject
    Old() {}
  }
}
