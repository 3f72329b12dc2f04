// SPDX-License-Identifier: Apache-2.0
/**
 * What the replicated log carries: commands and their one encoding.
 *
 * <p>Knows nothing of state, consensus or callers. Start at {@link
 * io.cairn.kernel.command.Command}; the bytes are the business of {@link
 * io.cairn.kernel.command.CommandCodec} alone.
 */
@NullMarked
package io.cairn.kernel.command;

import org.jspecify.annotations.NullMarked;
