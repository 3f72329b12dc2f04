// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Futures that fail with a {@link StoreException} and nothing else, also when one follows on
 * another: what the JDK composes fails with a wrapper, which no caller of the store may see.
 */
public final class Answers {
  private Answers() {}

  /** A refusal. */
  public static <R> CompletableFuture<R> refused(Reason reason) {
    return CompletableFuture.failedFuture(new StoreException(reason));
  }

  /** What {@code next} makes of the stage's result; the stage's failure if it fails. */
  public static <A, R> CompletableFuture<R> then(
      CompletionStage<A> stage, Function<A, CompletableFuture<R>> next) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    stage.whenComplete((result, failure) -> {
      if (failure != null) {
        answer.completeExceptionally(unwrapped(failure));
        return;
      }
      try {
        relay(next.apply(result), answer);
      } catch (StoreException refusal) {
        answer.completeExceptionally(refusal);
      } catch (RuntimeException mistake) {
        answer.completeExceptionally(new StoreException(new Reason.Internal(mistake.toString())));
      }
    });
    return answer;
  }

  /** Completes {@code answer} as {@code stage} completes. */
  public static <R> void relay(CompletionStage<R> stage, CompletableFuture<R> answer) {
    BiConsumer<R, Throwable> pass =
        (result, failure) -> {
          if (failure != null) {
            answer.completeExceptionally(unwrapped(failure));
          } else {
            answer.complete(result);
          }
        };
    stage.whenComplete(pass);
  }

  /** The refusal behind a failure; anything else is a mistake of ours. */
  public static StoreException unwrapped(Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof StoreException refusal
        ? refusal
        : new StoreException(new Reason.Internal(cause.toString()));
  }

  /** What a stage failed with, out of the wrapper that stages put around it on the way. */
  public static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
