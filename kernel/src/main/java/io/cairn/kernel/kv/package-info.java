// SPDX-License-Identifier: Apache-2.0
/**
 * The service of keys and values: checks in etcd's order, then either consensus or a read of
 * published state, on the caller's thread if that is short and in memory, else on a read lane.
 *
 * <p>Changes nothing itself and never waits. Start at {@link io.cairn.kernel.kv.KvFacade}.
 */
@NullMarked
package io.cairn.kernel.kv;

import org.jspecify.annotations.NullMarked;
