// SPDX-License-Identifier: Apache-2.0
/**
 * Servers that are wrong on purpose, and the proof that the protocol kit notices each of them.
 *
 * <p>A wrong server is a right one behind a {@link io.cairn.endtoend.wrong.FaultyProxy} with one
 * {@link io.cairn.endtoend.wrong.Fault}. Start reading at {@link
 * io.cairn.endtoend.wrong.WrongServers}, the list of all faults.
 */
@NullMarked
package io.cairn.endtoend.wrong;

import org.jspecify.annotations.NullMarked;
