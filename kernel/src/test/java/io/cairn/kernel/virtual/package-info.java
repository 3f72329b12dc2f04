// SPDX-License-Identifier: Apache-2.0
/**
 * A world for tests in which time passes only when told to and everything runs on the test's
 * thread. Start at {@link io.cairn.kernel.virtual.VirtualTime}.
 */
@NullMarked
package io.cairn.kernel.virtual;

import org.jspecify.annotations.NullMarked;
