// SPDX-License-Identifier: Apache-2.0
/**
 * The store as transports and embedding programs see it.
 *
 * <p>A {@link io.cairn.spi.store.StoreService} has six facets, one per service of etcd's v3 API,
 * and means by every request and result what etcd 3.7 means. Requests and results are records;
 * stored key-values and events cross in their encoded form ({@link
 * io.cairn.spi.store.KeyValueFormat}, {@link io.cairn.spi.store.EventFormat}), so that a transport
 * copies them and decodes nothing.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>V1-V5 are the encodings: see {@code KeyValueFormat} and {@code EventFormat}.
 *   <li>V6 Every method may be called from any thread and never blocks. A stage that is not
 *       complete at return completes on a lane of the store: what hangs on it must be short and not
 *       block.
 *   <li>V7 A request is checked by the store and by nobody else, in etcd's order. A refusal is a
 *       {@link io.cairn.spi.store.StoreException} with a {@link io.cairn.spi.store.Reason}; the
 *       stage fails with exactly that exception, never wrapped. A method that returns something
 *       else than a stage throws it; no method throws anything else.
 *   <li>V8 Slices handed in belong to the store from then on; slices handed out stay valid for
 *       ever.
 *   <li>V9 A refusal means that nothing happened, with three exceptions: after {@link
 *       io.cairn.spi.store.Reason.TimedOut} and {@link io.cairn.spi.store.Reason.Internal} the
 *       outcome is unknown, and {@link io.cairn.spi.store.Reason.AnswerTooLarge} says that the
 *       request was carried out.
 *   <li>V10 A numeric enumeration value that is not known arrives as {@code UNKNOWN}.
 * </ul>
 */
package io.cairn.spi.store;
