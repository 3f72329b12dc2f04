// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.StoreException;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who sends a long answer, and who waits, in virtual time. */
final class TurnsTest {

  private static final long STALLED_MILLIS = 1000;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Turns turns = new Turns(2, STALLED_MILLIS);
  private final List<String> heard = new ArrayList<>();

  TurnsTest() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    var _ = channel.close();
  }

  private Turns.Turn waiting(String name) {
    Turns.Turn turn = turns.open(channel.eventLoop());
    var _ =
        turn.await()
            .whenComplete((there, refusal) ->
                heard.add(
                    name
                        + " "
                        + (refusal instanceof StoreException store
                            ? store.reason().getClass().getSimpleName()
                            : "begins")));
    return turn;
  }

  private Turns.Turn sending(String name) {
    Turns.Turn turn = waiting(name);
    turn.sending(() -> heard.add(name + " is cut off"));
    return turn;
  }

  private void pass(long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void someSendAndTheOthersWaitInLine() {
    Turns.Turn first = waiting("first");
    Turns.Turn second = waiting("second");
    waiting("third");
    waiting("fourth");
    assertThat(heard).containsExactly("first begins", "second begins");

    second.end();
    first.end();

    assertThat(heard)
        .containsExactly("first begins", "second begins", "third begins", "fourth begins");
  }

  @Test
  void whoseCallEndsLeavesTheLine() {
    Turns.Turn first = waiting("first");
    waiting("second");
    Turns.Turn third = waiting("third");
    waiting("fourth");

    third.end();
    third.end();
    first.end();

    assertThat(heard)
        .containsExactly("first begins", "second begins", "third CallCanceled", "fourth begins");
  }

  @Test
  void callThatHasEndedHasNoTurn() {
    Turns.Turn gone = turns.open(channel.eventLoop());
    gone.end();

    var late = gone.await();
    waiting("first");
    waiting("second");

    assertThat(late).isCompletedExceptionally();
    assertThat(heard).containsExactly("first begins", "second begins");
  }

  @Test
  void whoTakesNothingIsCutOffWhenOthersWait() {
    sending("stalled");
    Turns.Turn reading = sending("reading");
    waiting("third");

    for (int i = 0; i < 5; i++) {
      pass(STALLED_MILLIS / 2);
      reading.gotOn();
    }

    assertThat(heard)
        .startsWith("stalled begins", "reading begins", "stalled is cut off")
        .doesNotContain("reading is cut off");
  }

  @Test
  void whoTakesNothingMayTakeItsTimeWhileNobodyWaits() {
    sending("first");
    sending("second");

    pass(100 * STALLED_MILLIS);

    assertThat(heard).containsExactly("first begins", "second begins");
  }

  @Test
  void whoHasNotBegunToSendIsNotHeldUpByItsClient() {
    waiting("reading from the disk");
    waiting("so");
    waiting("third");

    pass(10 * STALLED_MILLIS);

    assertThat(heard).containsExactly("reading from the disk begins", "so begins");
  }

  @Test
  void tooManyWhoWaitAreRefused() {
    for (int i = 0; i < 2 + Turns.WAITING_MAX; i++) {
      waiting("one");
    }

    waiting("too late");

    assertThat(heard).containsExactly("one begins", "one begins", "too late ResponsesExhausted");
  }
}
