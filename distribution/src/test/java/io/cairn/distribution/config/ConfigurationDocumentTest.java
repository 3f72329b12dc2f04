// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.distribution.config.Option.Support;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What operators read about options is what the table of options says. */
final class ConfigurationDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
  private static final String WORKS = "## Options that work";
  private static final String NO_EFFECT = "## Options that are accepted and have no effect";
  private static final String REFUSED = "## Options that are refused";

  @Test
  void everyOptionStandsInTheSectionThatSaysWhatItDoes() throws Exception {
    String text = Files.readString(DOCUMENT);
    String works = text.substring(text.indexOf(WORKS), text.indexOf(NO_EFFECT));
    String noEffect = text.substring(text.indexOf(NO_EFFECT), text.indexOf(REFUSED));

    for (Option option : OptionTable.ALL) {
      String shown = "`--" + option.name() + "`";
      switch (option.support()) {
        case Support.Works _ -> assertThat(works).contains(shown);
        case Support.NoEffect _ -> assertThat(noEffect).contains(shown);
        case Support.Missing _ -> assertThat(works + noEffect).doesNotContain(shown);
      }
    }
  }
}
