// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A call with little room for its answer, whose test decides how long waiting takes. */
final class NarrowCall implements Caller.Call, AnswerRoom {
  final CompletableFuture<Void> line = new CompletableFuture<>();
  final CompletableFuture<Void> turn = new CompletableFuture<>();
  long roomBytes;
  boolean over;
  long taken;
  long most;
  long awaited;
  boolean turnAwaited;

  NarrowCall(long roomBytes) {
    this.roomBytes = roomBytes;
  }

  /** Where waiting for room is in vain, and a turn there at once. */
  static NarrowCall withoutLine(long roomBytes) {
    NarrowCall call = new NarrowCall(roomBytes);
    call.line.completeExceptionally(new StoreException(new Reason.ResponsesExhausted()));
    call.turn.complete(null);
    return call;
  }

  Caller caller() {
    return new Caller(null, null, false, false, this);
  }

  @Override
  public boolean ended() {
    return over;
  }

  @Override
  public void onEnd(Runnable action) {
    throw new AssertionError("whoever has the room knows when the call ends");
  }

  @Override
  public AnswerRoom room() {
    return this;
  }

  @Override
  public boolean take(long bytes) {
    if (taken + bytes > roomBytes) {
      return false;
    }
    taken += bytes;
    most = Math.max(most, taken);
    return true;
  }

  @Override
  public boolean takeInLine(long bytes) {
    return take(bytes);
  }

  @Override
  public void giveBack(long bytes) {
    taken -= bytes;
  }

  @Override
  public CompletionStage<Void> await(long bytesMin) {
    awaited = bytesMin;
    taken = 0;
    return line;
  }

  @Override
  public CompletionStage<Void> awaitTurn() {
    turnAwaited = true;
    taken = 0;
    return turn;
  }
}
