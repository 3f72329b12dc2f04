// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.StoreException;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Room for large answers, in virtual time. */
final class ResponseBudgetTest {

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ResponseBudget budget = new ResponseBudget(100);
  private final List<String> heard = new ArrayList<>();

  ResponseBudgetTest() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    var _ = channel.close();
  }

  private ResponseBudget.Account open() {
    return budget.open(channel.eventLoop());
  }

  /** A call that claims room for its answer. */
  private ResponseBudget.Account claiming(String name, long bytes) {
    ResponseBudget.Account account = open();
    note(name, account.claim(bytes));
    return account;
  }

  /** A call whose answer is to be gathered. */
  private ResponseBudget.Account reading(String name) {
    ResponseBudget.Account account = open();
    note(name, account.await());
    return account;
  }

  private void note(String name, CompletionStage<Void> outcome) {
    outcome.whenComplete((there, refusal) ->
        heard.add(
            name
                + " "
                + (refusal instanceof StoreException store
                    ? store.reason().getClass().getSimpleName()
                    : "granted")));
  }

  @Test
  void claimsAreGrantedWhileTheyFitAndWaitInOrderAfterwards() {
    ResponseBudget.Account first = claiming("first", 60);
    ResponseBudget.Account second = claiming("second", 60);
    claiming("third, which would fit", 10);
    assertThat(heard).containsExactly("first granted");

    first.end();

    assertThat(heard)
        .containsExactly("first granted", "second granted", "third, which would fit granted");
    second.end();
    claiming("fourth", 90);
    assertThat(heard).contains("fourth granted");
  }

  @Test
  void answerThatIsLargerThanTheBudgetGoesAlone() {
    ResponseBudget.Account small = claiming("small", 10);
    ResponseBudget.Account large = claiming("large", 200);
    assertThat(heard).containsExactly("small granted");

    small.end();

    assertThat(heard).containsExactly("small granted", "large granted");
    assertThat(open().take(1)).isFalse();
    large.end();
    assertThat(open().take(1)).isTrue();
  }

  @Test
  void whoGathersAloneMayExceedTheBudgetAndOthersWaitForItsEnd() {
    ResponseBudget.Account first = reading("first");
    assertThat(first.take(150)).isTrue();
    assertThat(first.take(51)).as("more than twice the budget").isFalse();

    ResponseBudget.Account second = reading("second");
    reading("third");
    first.end();

    assertThat(heard).as("one at a time").containsExactly("first granted", "second granted");
    second.end();
    assertThat(heard).endsWith("third granted");
  }

  @Test
  void answerThatWillNeverFitIsRefusedAtOnce() {
    claiming("huge", 201);

    assertThat(heard).containsExactly("huge ResponsesExhausted");
  }

  @Test
  void whoGathersMoreThanIsLeftIsRefused() {
    ResponseBudget.Account first = reading("first");
    ResponseBudget.Account second = reading("second");
    assertThat(first.take(60)).isTrue();

    assertThat(second.take(60)).isFalse();
    assertThat(second.take(40)).isTrue();
    first.giveBack(60);
    assertThat(second.take(60)).isTrue();
  }

  /** Otherwise several could wait for what the others have. */
  @Test
  void answerThatWasGatheredNeedNotWaitToBeSent() {
    ResponseBudget.Account first = reading("first");
    ResponseBudget.Account second = reading("second");
    assertThat(first.take(50)).isTrue();
    assertThat(second.take(50)).isTrue();

    note("answer of first", first.claim(70));
    note("answer of second", second.claim(30));

    assertThat(heard).contains("answer of first granted", "answer of second granted");
    first.end();
    second.end();
    claiming("all", 100);
    assertThat(heard).contains("all granted");
  }

  @Test
  void whoseAnswerWaitsTooLongIsRefusedAndWhoHasGatheredNothingWaitsOn() {
    ResponseBudget.Account first = claiming("first", 100);
    claiming("second", 100);
    reading("third");

    channel.advanceTimeBy(10, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();

    assertThat(heard).containsExactly("first granted", "second ResponsesExhausted");
    first.end();
    assertThat(heard).endsWith("third granted");
  }

  @Test
  void whoGivesUpLetsThoseBehindPass() {
    claiming("first", 60);
    claiming("second", 100);
    reading("third");

    channel.advanceTimeBy(10, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();

    assertThat(heard)
        .containsExactly("first granted", "second ResponsesExhausted", "third granted");
  }

  @Test
  void tooManyWhoWaitAreRefusedAtOnce() {
    claiming("first", 100);
    for (int i = 0; i < ResponseBudget.WAITING_MAX; i++) {
      claiming("other", 1);
    }
    assertThat(heard).containsExactly("first granted");

    claiming("too late", 1);

    assertThat(heard).endsWith("too late ResponsesExhausted");
  }

  @Test
  void callThatEndsGivesItsPlaceUpAndTakesNothingMore() {
    ResponseBudget.Account first = claiming("first", 100);
    ResponseBudget.Account second = claiming("second", 100);
    claiming("third", 100);

    second.end();
    first.end();

    assertThat(heard).containsExactly("first granted", "second CallCanceled", "third granted");
    assertThat(second.take(1000)).as("counts nothing").isTrue();
    note("second again", second.claim(1));
    assertThat(heard).endsWith("second again CallCanceled");
  }
}
