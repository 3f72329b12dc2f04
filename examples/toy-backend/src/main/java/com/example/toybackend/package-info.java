// SPDX-License-Identifier: Apache-2.0
/**
 * A storage backend as somebody outside the project would write it: sorted maps in memory, and one
 * file that a barrier replaces.
 *
 * <p>It keeps every rule of {@code io.cairn.spi.storage} in the simplest way there is, and is as
 * slow as that: a commit copies the tables it changes, a barrier writes everything. It must never
 * look inside keys or values. Start reading at {@link com.example.toybackend.ToyEngine}.
 */
@NullMarked
package com.example.toybackend;

import org.jspecify.annotations.NullMarked;
