// SPDX-License-Identifier: Apache-2.0
/**
 * The server: what the default distribution is made of, and its life from start to stop.
 *
 * <p>This package knows every part and none of their insides. Start reading at {@link
 * io.cairn.distribution.Main}, then {@link io.cairn.distribution.Server}; what is in the binary is
 * the list of modules in {@link io.cairn.distribution.ServerComponent}.
 */
@NullMarked
package io.cairn.distribution;

import org.jspecify.annotations.NullMarked;
