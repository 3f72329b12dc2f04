// SPDX-License-Identifier: Apache-2.0
/**
 * The way to the other members of a cluster. Like everything outside it can be simulated, so it
 * must never know what is sent, nor who is a member by agreement: that is consensus.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>N1 Messages between two members on one channel arrive in order or not at all, and possibly
 *       late; nothing is delivered twice by one connection.
 * </ul>
 *
 * <p>Start reading at {@link PeerNetwork}.
 */
package io.cairn.spi.network;
