// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import java.util.concurrent.CompletionStage;

/**
 * One request, one answer: how the bytes of the one become a question to the store, and its result
 * the bytes of the other.
 *
 * @param decoder reads the request
 * @param invocation asks the store
 * @param encoder writes the answer; runs on the call's event loop
 */
record UnaryMethod<Q, R>(Decoder<Q> decoder, Invocation<Q, R> invocation, Encoder<R> encoder) {

  /** Reads a request. */
  @FunctionalInterface
  interface Decoder<Q> {
    /**
     * Reads {@code message}.
     *
     * @throws io.cairn.apigrpc.wire.MalformedMessage if it is none
     */
    Q decode(Bytes message);
  }

  /** Asks the store. */
  @FunctionalInterface
  interface Invocation<Q, R> {
    /** Asks what {@code request} says in the name of {@code caller}. */
    CompletionStage<? extends R> invoke(Caller caller, Q request);
  }

  /** Writes an answer. */
  @FunctionalInterface
  interface Encoder<R> {
    /** Writes {@code result}. */
    Reply encode(R result);
  }
}
