// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Requests of one member to another, and what becomes of them. */
final class PeerRequestTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);
  private static final long BRIEF = TimeUnit.MILLISECONDS.toNanos(20);

  private static Bytes get(CompletionStage<Bytes> answer) throws Exception {
    return answer.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void everyRequestGetsItsOwnAnswerInWhateverOrderTheyAreGiven() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      List<CompletableFuture<Bytes>> answers = new ArrayList<>();
      two.network.respond((from, request) -> {
        CompletableFuture<Bytes> answer = new CompletableFuture<>();
        synchronized (answers) {
          answers.add(answer);
        }
        two.events.add("asked by " + from + " " + request.toUtf8());
        return answer;
      });
      two.start();
      one.reach(two);
      CompletionStage<Bytes> first = one.network.request(2, Bytes.utf8("a"), LONG);
      CompletionStage<Bytes> second = one.network.request(2, Bytes.utf8("b"), LONG);
      two.events.await("asked by 1 b");

      answers.get(1).complete(Bytes.utf8("answer to b"));
      answers.get(0).complete(Bytes.EMPTY);

      assertThat(get(second).toUtf8()).isEqualTo("answer to b");
      assertThat(get(first).isEmpty()).isTrue();
      assertThat(two.events.startingWith("asked")).containsExactly("asked by 1 a", "asked by 1 b");
    }
  }

  @Test
  void failureOfTheResponderReachesWhoeverAsked() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      two.network.respond((from, request) -> {
        if (request.toUtf8().equals("throw")) {
          throw new IllegalStateException("not now");
        }
        return CompletableFuture.failedStage(new IOException("not ever"));
      });
      two.start();
      one.reach(two);

      assertThatThrownBy(() -> get(one.network.request(2, Bytes.utf8("throw"), LONG)))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("not now");
      assertThatThrownBy(() -> get(one.network.request(2, Bytes.utf8("fail"), LONG)))
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("not ever");
    }
  }

  @Test
  void answerThatIsTooLargeIsAFailure() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      two.network.respond((from, request) ->
          CompletableFuture.completedFuture(Bytes.of(new byte[request.length() + 1])));
      two.start();
      one.reach(two);
      Bytes largest = Bytes.of(new byte[1 << 20]);

      assertThatThrownBy(() -> get(one.network.request(2, largest, LONG)))
          .hasMessageContaining("the answer of 1048577 bytes is too large");
      assertThat(get(one.network.request(2, largest.slice(1, 1 << 20), LONG)).length())
          .isEqualTo(1 << 20);
    }
  }

  @Test
  void requestWithoutAnswerEndsInTimeAndALateAnswerIsNothing() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      CompletableFuture<Bytes> late = new CompletableFuture<>();
      two.network.respond(
          (from, request) -> request.isEmpty() ? late : CompletableFuture.completedFuture(request));
      two.start();
      TestMember.connect(one, two);

      assertThatThrownBy(() -> get(one.network.request(2, Bytes.EMPTY, BRIEF)))
          .hasCauseInstanceOf(TimeoutException.class);

      late.complete(Bytes.utf8("late"));
      assertThat(get(one.network.request(2, Bytes.utf8("echo"), LONG)).toUtf8()).isEqualTo("echo");
    }
  }

  @Test
  void requestFailsWithTheMemberThatWasAsked() throws Exception {
    try (TestMember one = new TestMember(1, 1).start()) {
      CompletionStage<Bytes> pending;
      try (TestMember two = new TestMember(2, 1)) {
        two.network.respond((from, request) -> {
          two.events.add("asked");
          return new CompletableFuture<>();
        });
        two.start();
        one.reach(two);
        pending = one.network.request(2, Bytes.utf8("x"), LONG);
        two.events.await("asked");
      }

      assertThatThrownBy(() -> get(pending))
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("there is no connection to member 2");
    }
  }

  @Test
  void requestToWhomNothingLeadsFailsAtOnce() throws Exception {
    try (TestMember one = new TestMember(1, 1).start()) {
      one.network.reach(2, List.of("http://127.0.0.1:" + TestMember.freePort()));

      assertThatThrownBy(() -> get(one.network.request(2, Bytes.utf8("x"), LONG)))
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("there is no connection to member 2");
      assertThatThrownBy(() -> get(one.network.request(3, Bytes.utf8("x"), LONG)))
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("member 3 is not known");
    }
  }

  @Test
  void requestsThatNobodyAnswersAreBounded() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      two.network.respond((from, request) -> new CompletableFuture<>());
      two.start();
      TestMember.connect(one, two);
      for (int i = 0; i < 1024; i++) {
        var _ = one.network.request(2, Bytes.utf8("x"), LONG);
      }

      assertThatThrownBy(() -> get(one.network.request(2, Bytes.utf8("x"), LONG)))
          .hasMessageContaining("1024 requests to answer already");
    }
  }

  @Test
  void memberThatIsForgottenAnswersNoMore() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      two.network.respond((from, request) -> {
        two.events.add("asked");
        return new CompletableFuture<>();
      });
      two.start();
      one.reach(two);
      CompletionStage<Bytes> pending = one.network.request(2, Bytes.utf8("x"), LONG);
      two.events.await("asked");

      one.network.forget(2);

      assertThatThrownBy(() -> get(pending)).hasMessageContaining("permanently removed");
    }
  }
}
