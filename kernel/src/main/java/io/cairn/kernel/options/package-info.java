// SPDX-License-Identifier: Apache-2.0
/**
 * What a kernel is told by its configuration. A leaf: knows nothing else of the kernel, so that
 * every part may read it. Start at {@link io.cairn.kernel.options.KernelOptions}.
 */
@NullMarked
package io.cairn.kernel.options;

import org.jspecify.annotations.NullMarked;
