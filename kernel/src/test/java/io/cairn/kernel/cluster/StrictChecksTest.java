// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Member;
import io.cairn.spi.store.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Member 1 is asked; a cluster is written as one letter per voter: see {@link #cluster}. */
final class StrictChecksTest {
  private static final @Nullable Reason FINE = null;
  private static final Reason NOT_STARTED = new Reason.NotEnoughStarted();
  private static final Reason UNHEALTHY = new Reason.UnhealthyCluster();

  record Row(String cluster, @Nullable Reason expected) {}

  static final List<Row> ADD_VOTER =
      List.of(
          new Row("c", FINE),
          new Row("u", NOT_STARTED),
          new Row("cc", FINE),
          new Row("cu", NOT_STARTED),
          new Row("cd", UNHEALTHY),
          new Row("cf", UNHEALTHY),
          new Row("ccc", FINE),
          new Row("ccu", NOT_STARTED),
          new Row("ccd", UNHEALTHY),
          new Row("cccc", FINE),
          new Row("cccd", FINE),
          new Row("ccdd", UNHEALTHY));

  static final List<Row> ADD_LEARNER =
      List.of(
          new Row("c", FINE),
          new Row("u", FINE),
          new Row("cu", UNHEALTHY),
          new Row("ccd", UNHEALTHY),
          new Row("ccc", FINE));

  /** The last member is the one to be removed. */
  static final List<Row> REMOVE =
      List.of(
          new Row("c", NOT_STARTED),
          new Row("cc", FINE),
          new Row("cd", FINE),
          new Row("cu", FINE),
          new Row("uc", NOT_STARTED),
          new Row("ccc", FINE),
          new Row("cdc", UNHEALTHY),
          new Row("cdd", FINE),
          new Row("cdf", UNHEALTHY),
          new Row("ccdc", FINE),
          new Row("cddc", UNHEALTHY),
          new Row("cuuc", NOT_STARTED));

  static final List<Row> PROMOTE =
      List.of(
          new Row("c", FINE),
          new Row("u", NOT_STARTED),
          new Row("cu", FINE),
          new Row("cuu", NOT_STARTED),
          new Row("ccu", FINE));

  @ParameterizedTest
  @FieldSource("ADD_VOTER")
  void voterIsAddedOnlyToAClusterThatCanBearOneMore(Row row) {
    assertThat(checks(row).refusesToAdd(false)).isEqualTo(row.expected);
  }

  @ParameterizedTest
  @FieldSource("ADD_LEARNER")
  void learnerIsAddedOnlyToAConnectedCluster(Row row) {
    assertThat(checks(row).refusesToAdd(true)).isEqualTo(row.expected);
  }

  @ParameterizedTest
  @FieldSource("REMOVE")
  void memberIsRemovedOnlyIfAQuorumStays(Row row) {
    StrictChecks checks = checks(row);

    Reason refusal = checks.refusesToRemove(checks.membership().members().getLast());

    assertThat(refusal).isEqualTo(row.expected);
  }

  @ParameterizedTest
  @FieldSource("PROMOTE")
  void learnerGetsItsVoteOnlyIfAQuorumHasStarted(Row row) {
    assertThat(checks(row).refusesToPromote()).isEqualTo(row.expected);
  }

  private static StrictChecks checks(Row row) {
    return new StrictChecks(cluster(row.cluster), 1, health(row.cluster));
  }

  /** c: connected for long; f: for a moment; d: started, but down; u: never started. */
  private static Membership cluster(String letters) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < letters.length(); i++) {
      String name = letters.charAt(i) == 'u' ? "" : "m" + i;
      members.add(new Member(i + 1, name, List.of("http://m" + i + ":1"), List.of(), false));
    }
    return new Membership(members, List.of(), "", "");
  }

  private static PeerHealth health(String letters) {
    return new PeerHealth() {
      @Override
      public long connectedNanos(long member) {
        return switch (letters.charAt((int) member - 1)) {
          case 'c' -> TimeUnit.SECONDS.toNanos(5);
          case 'f' -> TimeUnit.SECONDS.toNanos(5) - 1;
          default -> DISCONNECTED;
        };
      }

      @Override
      public boolean isInSync(long learner) {
        return false;
      }
    };
  }
}
