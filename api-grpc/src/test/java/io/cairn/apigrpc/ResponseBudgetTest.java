// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Room for large answers, in virtual time. */
final class ResponseBudgetTest {

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ResponseBudget budget = new ResponseBudget(channel.eventLoop(), 100);
  private final List<String> heard = new ArrayList<>();

  ResponseBudgetTest() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    var _ = channel.close();
  }

  private ResponseBudget.Claim claim(String name, long bytes) {
    return budget.claim(
        new ResponseBudget.Claimant() {
          @Override
          public void granted() {
            heard.add(name + " granted");
          }

          @Override
          public void refused() {
            heard.add(name + " refused");
          }
        },
        bytes);
  }

  @Test
  void claimsAreHeldWhileTheyFitAndWaitInOrderAfterwards() {
    ResponseBudget.Claim first = claim("first", 60);
    ResponseBudget.Claim second = claim("second", 60);
    ResponseBudget.Claim third = claim("third", 10);

    assertThat(first.isHeld()).isTrue();
    assertThat(second.isHeld()).isFalse();
    assertThat(third.isHeld()).as("it would fit, but others came before").isFalse();

    first.release();

    assertThat(heard).containsExactly("second granted", "third granted");
    second.release();
    third.release();
    assertThat(claim("fourth", 100).isHeld()).isTrue();
  }

  @Test
  void answerLargerThanTheBudgetGoesAlone() {
    ResponseBudget.Claim huge = claim("huge", 1_000);
    ResponseBudget.Claim other = claim("other", 1);

    assertThat(huge.isHeld()).isTrue();
    assertThat(other.isHeld()).isFalse();
    huge.release();
    assertThat(heard).containsExactly("other granted");
  }

  @Test
  void claimThatWaitsTooLongIsRefused() {
    ResponseBudget.Claim holder = claim("holder", 100);
    ResponseBudget.Claim waiter = claim("waiter", 1);

    channel.advanceTimeBy(9, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(heard).isEmpty();
    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();

    assertThat(heard).containsExactly("waiter refused");
    holder.release();
    waiter.release();
    assertThat(claim("next", 100).isHeld()).isTrue();
    assertThat(heard).hasSize(1);
  }

  @Test
  void withdrawnClaimIsForgotten() {
    ResponseBudget.Claim holder = claim("holder", 100);
    ResponseBudget.Claim waiter = claim("waiter", 1);

    waiter.release();
    holder.release();
    channel.advanceTimeBy(20, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();

    assertThat(heard).isEmpty();
  }

  @Test
  void queueIsBounded() {
    ResponseBudget.Claim holder = claim("holder", 100);
    for (int i = 0; i < ResponseBudget.CLAIMS_WAITING_MAX; i++) {
      var _ = claim("waiter", 1);
    }
    assertThat(heard).isEmpty();

    var _ = claim("one too many", 1);

    assertThat(heard).containsExactly("one too many refused");
    assertThat(holder.isHeld()).isTrue();
  }
}
