// SPDX-License-Identifier: Apache-2.0
/**
 * The contract of access control: who a caller is, and what that caller may do.
 *
 * <p>An {@link io.cairn.spi.auth.Authenticator} turns what came with a call into an {@link
 * io.cairn.spi.auth.Identity}; it may be slow and has a lane of its own. An {@link
 * io.cairn.spi.auth.AccessControl} holds users, roles and permissions as replicated state and
 * decides from an immutable view.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>A1 {@code apply} is a function of the loaded state and the command: no clock, no
 *       randomness, no local configuration; what is random (password hashes, tokens) is in the
 *       command.
 *   <li>A2 Mutations that {@code apply} adds to the batch are committed together with the entry's
 *       other effects.
 *   <li>A3 A view never changes; {@code check} on it may be called from any thread and never
 *       blocks.
 *   <li>A4 While access control is off, every check passes and no credential is looked at.
 *   <li>A5 A credential that is present but not valid is refused, never taken for an anonymous one.
 * </ul>
 */
package io.cairn.spi.auth;
