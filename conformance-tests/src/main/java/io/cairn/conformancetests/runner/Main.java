// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.runner;

import io.cairn.conformancetests.StorageKit;
import io.cairn.conformancetests.consensus.ConsensusKit;
import io.cairn.conformancetests.protocol.ProtocolKit;
import io.cairn.conformancetests.report.KitCommand;
import io.cairn.conformancetests.transport.TransportKit;
import java.util.List;

/** The kits as a program. */
public final class Main {
  /** Every kit that can be run from a command line. */
  private static final List<KitCommand> COMMANDS =
      List.of(new StorageKit(), new ConsensusKit(), new TransportKit(), new ProtocolKit());

  private Main() {}

  /** Exits with 0 if the subject conforms, 1 if it does not, 2 if nothing could be examined. */
  public static void main(String[] arguments) {
    System.exit(new Runner(COMMANDS, System.out, System.err).run(List.of(arguments)));
  }
}
