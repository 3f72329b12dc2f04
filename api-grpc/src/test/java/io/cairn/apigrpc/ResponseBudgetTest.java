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
  private final ResponseBudget budget = new ResponseBudget(100, 1000);
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

  /** A call that has run out of room when it had gathered {@code bytes}. */
  private ResponseBudget.Account awaiting(String name, long bytes) {
    ResponseBudget.Account account = open();
    note(name, account.await(bytes));
    return account;
  }

  private void pass(long seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
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
  void whoCannotReadAnewMayExceedTheBudgetAlone() {
    ResponseBudget.Account first = open();

    assertThat(first.take(150)).isTrue();
    assertThat(first.take(51)).as("more than twice the budget").isFalse();
    assertThat(open().take(1)).isFalse();
  }

  @Test
  void whoRunsOutOfRoomLetsGoAndWaitsForTwiceAsMuch() {
    ResponseBudget.Account first = open();
    ResponseBudget.Account second = open();
    assertThat(first.takeInLine(60)).isTrue();
    assertThat(second.takeInLine(40)).isTrue();
    assertThat(second.takeInLine(5)).isFalse();

    note("second", second.await(45));
    assertThat(first.takeInLine(1)).as("past one who waits").isFalse();
    first.end();

    assertThat(heard).containsExactly("second granted");
    assertThat(open().takeInLine(11)).isFalse();
    assertThat(open().takeInLine(10)).isTrue();
    assertThat(second.takeInLine(45)).isTrue();
    assertThat(second.takeInLine(45)).as("kept for it").isTrue();
    assertThat(second.takeInLine(1)).isFalse();
  }

  @Test
  void whoNeedsMoreThanTheBudgetWaitsToBeAlone() {
    ResponseBudget.Account first = open();
    assertThat(first.takeInLine(10)).isTrue();
    ResponseBudget.Account large = awaiting("large", 101);
    ResponseBudget.Account small = awaiting("small", 1);
    assertThat(heard).isEmpty();

    first.end();

    assertThat(heard).containsExactly("large granted");
    assertThat(large.takeInLine(200)).isTrue();
    large.end();
    assertThat(heard).containsExactly("large granted", "small granted");
    small.end();
    awaiting("too large", 201);
    assertThat(heard).endsWith("too large ResponsesExhausted");
  }

  @Test
  void whatWasWaitedForAndNotNeededGoesBackWhenTheAnswerIsThere() {
    ResponseBudget.Account first = awaiting("first", 50);
    assertThat(first.takeInLine(60)).isTrue();
    awaiting("second", 20);
    assertThat(heard).containsExactly("first granted");

    note("answer of first", first.claim(55));

    assertThat(heard).contains("answer of first granted", "second granted");
  }

  @Test
  void whoWaitsInLineWaitsAsLongAsOthersGetOn() {
    ResponseBudget.Account first = open();
    assertThat(first.take(100)).isTrue();
    awaiting("second", 50);

    for (int i = 0; i < 3; i++) {
      pass(9);
      first.giveBack(1);
    }
    assertThat(heard).isEmpty();
    pass(10);
    pass(10);

    assertThat(heard).containsExactly("second ResponsesExhausted");
  }

  @Test
  void answerThatWillNeverFitIsRefusedAtOnce() {
    claiming("huge", 201);

    assertThat(heard).containsExactly("huge ResponsesExhausted");
  }

  @Test
  void whatIsGivenBackCanBeTaken() {
    ResponseBudget.Account first = open();
    ResponseBudget.Account second = open();
    assertThat(first.take(60)).isTrue();

    assertThat(second.take(60)).isFalse();
    assertThat(second.take(40)).isTrue();
    first.giveBack(60);
    assertThat(second.take(60)).isTrue();
  }

  /** Otherwise several could wait for what the others have. */
  @Test
  void answerThatWasGatheredNeedNotWaitToBeSent() {
    ResponseBudget.Account first = open();
    ResponseBudget.Account second = open();
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
  void whoseAnswerIsThereWaitsForAWhileOnlyAndLetsThoseBehindPass() {
    ResponseBudget.Account first = claiming("first", 60);
    claiming("second", 100);
    pass(5);
    first.giveBack(10);
    awaiting("third", 20);

    pass(5);

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
    awaiting("too late, too", 1);

    assertThat(heard).endsWith("too late ResponsesExhausted", "too late, too ResponsesExhausted");
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
    note("its turn", second.awaitTurn());
    assertThat(heard).endsWith("its turn CallCanceled");
  }

  @Test
  void callThatEndsLeavesItsTurnToOthers() {
    ResponseBudget.Account first = open();
    assertThat(first.take(100)).isTrue();
    note("first", first.awaitTurn());
    assertThat(open().take(100)).as("whose turn it is needs no room").isTrue();
    note("second", open().awaitTurn());

    first.end();

    assertThat(heard).containsExactly("first granted", "second granted");
  }
}
