// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What the commands for backups have in common. */
final class SnapshotArguments {
  private SnapshotArguments() {}

  /** The group of these commands, without any. */
  static CommandSpec group() {
    CommandSpec group = CommandSpec.create();
    group.usageMessage().description("Looks at backups, and makes data directories of them.");
    return group;
  }

  /** The file; how many are given is looked at later, for etcd's words. */
  static PositionalParamSpec file() {
    return PositionalParamSpec.builder()
        .paramLabel("FILE")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .arity("0..*")
        .description("A backup that 'etcdctl snapshot save' has written.")
        .build();
  }
}
