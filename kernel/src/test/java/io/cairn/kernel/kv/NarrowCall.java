// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Caller;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A call with little room for its answer. */
final class NarrowCall implements Caller.Call, AnswerRoom {
  final CompletableFuture<Void> entry = new CompletableFuture<>();
  private final long roomBytes;
  boolean over;
  long taken;
  long most;

  NarrowCall(long roomBytes) {
    this.roomBytes = roomBytes;
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
  public CompletionStage<Void> await() {
    return entry;
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
  public void giveBack(long bytes) {
    taken -= bytes;
  }
}
