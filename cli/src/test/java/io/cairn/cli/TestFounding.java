// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.store.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Founds clusters of members with one URL each; their logs say where they begin. */
final class TestFounding implements ClusterFounding {
  static final String LOG = MemberDirectory.WAL + "/log";

  private final boolean failing;

  TestFounding() {
    this(false);
  }

  /** Fails, if wanted, when the log is to be made, which comes last. */
  TestFounding(boolean failing) {
    this.failing = failing;
  }

  @Override
  public Founders decide(Origin origin) throws ToolException {
    List<Member> members = new ArrayList<>();
    long self = 0;
    for (String part : origin.cluster().split(",", -1)) {
      String name = part.substring(0, part.indexOf('='));
      List<String> urls = List.of(part.substring(part.indexOf('=') + 1));
      long id = MemberIds.ofInitialMember(urls, origin.token());
      members.add(new Member(id, name, urls, List.of(), false));
      self = name.equals(origin.name()) ? id : self;
    }
    if (self == 0) {
      throw new ToolException("no member '" + origin.name() + "'");
    }
    return new Founders(self, members);
  }

  @Override
  public void beginLog(Disk disk, MemberIdentity self, AppliedPoint point, EventLog log)
      throws ToolException {
    if (failing) {
      throw new ToolException("the log cannot be made");
    }
    try {
      disk.createDirectories(MemberDirectory.WAL);
      try (DiskFile file = disk.create(LOG)) {
        file.write(0, ByteBuffer.wrap(point.toString().getBytes(StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      throw new ToolException("the log cannot be made", e);
    }
  }
}
