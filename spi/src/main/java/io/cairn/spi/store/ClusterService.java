// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The members (V6-V10). */
@ThreadSafe
public interface ClusterService {
  /** The members, ascending by id. */
  record Members(ResponseHeader header, List<Member> members) {}

  /** The member added, and all members. */
  record Added(ResponseHeader header, Member member, List<Member> members) {}

  /** Adds a member. */
  CompletionStage<Added> add(Caller caller, List<String> peerUrls, boolean learner);

  /** Removes a member. */
  CompletionStage<Members> remove(Caller caller, long id);

  /** Changes where a member is reached. */
  CompletionStage<Members> update(Caller caller, long id, List<String> peerUrls);

  /** Gives a learner its vote. */
  CompletionStage<Members> promote(Caller caller, long id);

  /** Lists the members. */
  CompletionStage<Members> list(Caller caller, boolean linearizable);
}
