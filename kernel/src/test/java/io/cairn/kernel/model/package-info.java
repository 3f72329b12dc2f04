// SPDX-License-Identifier: Apache-2.0
/**
 * etcd's key space written as naively as possible, and random histories to hold the kernel against
 * it. Start at {@link io.cairn.kernel.model.KeySpaceModel}.
 */
@NullMarked
package io.cairn.kernel.model;

import org.jspecify.annotations.NullMarked;
