// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTest {
  @Test
  void writesWhatRfc8259Says() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a \"quoted\" \\ line\nand\tmore");
    value.put("numbers", List.of(1L, 2.5, Double.NaN));
    value.put("truth", true);
    value.put("nothing", Map.of());
    value.put("none", List.of());

    String json = Json.write(value);

    assertThat(json)
        .isEqualTo(
            """
            {
              "text": "a \\"quoted\\" \\\\ line\\nand\\u0009more",
              "numbers": [
                1,
                2.50000,
                null
              ],
              "truth": true,
              "nothing": {},
              "none": []
            }
            """);
  }
}
