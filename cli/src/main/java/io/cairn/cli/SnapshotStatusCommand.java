// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.backup.BackupException;
import io.cairn.kernel.backup.DatabaseReader;
import io.cairn.kernel.restore.Backup;
import io.cairn.kernel.restore.BackupStatus;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code cairnutl snapshot status}: whether a backup is whole, and what it holds. */
final class SnapshotStatusCommand implements Cairnutl.Command {
  private SnapshotStatusCommand() {}

  static CommandSpec specification() {
    CommandSpec status =
        CommandSpec.wrapWithoutInspection(new SnapshotStatusCommand())
            .addPositional(SnapshotArguments.file());
    status
        .usageMessage()
        .description("Checks a backup of Cairn or etcd, and tells hash, revision, keys and size.");
    return status;
  }

  @Override
  public void run(ParseResult arguments, Terminal terminal) throws ToolException {
    List<String> files = arguments.matchedPositionalValue(0, List.of());
    if (files.size() != 1) {
      throw new ToolException(
          "snapshot status requires exactly one argument", ToolException.ARGUMENTS);
    }
    Function<BackupStatus, String> format = StatusFormat.of(Cairnutl.writeOut(arguments));
    try (BackupFile file = BackupFile.open(files.getFirst())) {
      DatabaseReader database = DatabaseReader.open(file);
      database.checkDigest();
      terminal.out().print(format.apply(BackupStatus.of(Backup.open(database))));
    } catch (BackupException e) {
      throw new ToolException(
          "snapshot file integrity check failed. 1 errors found.\n" + e.getMessage(), e);
    } catch (IOException e) {
      throw new ToolException("cannot read '" + files.getFirst() + "': " + e.getMessage(), e);
    }
  }
}
