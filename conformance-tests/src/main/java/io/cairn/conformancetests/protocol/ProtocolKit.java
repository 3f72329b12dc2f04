// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.KitCommand;
import io.cairn.conformancetests.report.Options;
import io.cairn.conformancetests.report.Report;
import java.io.PrintStream;
import java.util.List;

/** The protocol kit as a command: {@code protocol --endpoint http://127.0.0.1:2379}. */
public final class ProtocolKit implements KitCommand {
  /** For the program. */
  public ProtocolKit() {}

  @Override
  public String name() {
    return "protocol";
  }

  @Override
  public String summary() {
    return "does a server speak etcd's v3 API?";
  }

  @Override
  public List<String> optionLines() {
    return List.of(
        "--endpoint URL  a member, as http://127.0.0.1:2379; again for others of its cluster",
        "--store WORD    own (the default: it is compacted, and alarms are raised) or shared");
  }

  @Override
  public Report run(Options options, PrintStream progress) throws CannotRunException {
    List<String> urls = options.list("--endpoint");
    if (urls.isEmpty()) {
      throw new CannotRunException("option '--endpoint' is needed, as http://127.0.0.1:2379");
    }
    ProtocolExamination examination = new ProtocolExamination(urls).telling(progress::println);
    String store = options.find("--store").orElse("own");
    return switch (store) {
      case "own" -> examination.run();
      case "shared" -> examination.sharingTheStore().run();
      default ->
          throw new CannotRunException(
              "option '--store' is 'own' or 'shared', not '" + store + "'");
    };
  }
}
