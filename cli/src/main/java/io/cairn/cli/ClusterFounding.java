// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.store.Member;
import java.util.List;

/** How a distribution begins a cluster: with whom, and with which log. */
public interface ClusterFounding {
  /**
   * Who founds a cluster.
   *
   * @param self the id of the member in question
   * @param members all of them, in the order in which the log names them
   */
  record Founders(long self, List<Member> members) {
    /** Copies the list. */
    public Founders {
      members = List.copyOf(members);
    }
  }

  /**
   * What the operator said of the cluster, in the words of the server's options.
   *
   * @param name the member's name
   * @param cluster all members, as {@code name=url,...}
   * @param token what tells clusters with the same addresses apart
   * @param advertisedPeerUrls the member's own addresses
   */
  record Origin(String name, String cluster, String token, String advertisedPeerUrls) {}

  /**
   * The founders, as a server with such options would find them.
   *
   * @throws ToolException if the options contradict each other, in the server's words
   */
  Founders decide(Origin origin) throws ToolException;

  /**
   * Makes the log of a member whose engine holds what {@code entries} do. Durable when this
   * returns.
   *
   * @param disk the data directory
   * @throws ToolException if it cannot be written
   */
  void beginLog(Disk disk, MemberIdentity self, AppliedPoint point, EventLog log)
      throws ToolException;
}
