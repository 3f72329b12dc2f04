// SPDX-License-Identifier: Apache-2.0
/**
 * The contract of a transport: brings requests of clients to a {@link
 * io.cairn.spi.store.StoreService} and its results back.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>T1 A transport decodes requests and encodes results, and decides nothing: every check is
 *       the store's.
 *   <li>T2 {@code start} returns when every address is bound; from then on requests are served. If
 *       one address cannot be bound nothing stays bound.
 *   <li>T3 {@code drain} ends what waits for news (watches) and lets running calls finish until the
 *       given time; no new call is accepted. {@code stop} ends everything at once.
 *   <li>T4 A malformed or hostile request costs its connection at most.
 * </ul>
 */
package io.cairn.spi.transport;
