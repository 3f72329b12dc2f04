// SPDX-License-Identifier: Apache-2.0
/**
 * The real world behind {@code io.cairn.spi.environment}: the machine's clocks, threads and files.
 *
 * <p>The only package of the kernel that touches them. It knows nothing of stores, logs or
 * requests. Start reading at {@link io.cairn.kernel.environment.ThreadLanes}.
 */
@NullMarked
package io.cairn.kernel.environment;

import org.jspecify.annotations.NullMarked;
