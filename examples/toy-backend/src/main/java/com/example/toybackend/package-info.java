// SPDX-License-Identifier: Apache-2.0
/**
 * A storage backend as somebody outside the project would write it: one sorted map in memory, and a
 * file that every barrier replaces.
 *
 * <p>It keeps every rule of {@code io.cairn.spi.storage} in the simplest way there is, and is as
 * slow as that: a commit copies the whole map, a barrier writes all of it. It must never look
 * inside keys or values. Start reading at {@link com.example.toybackend.ToyEngine}.
 */
@NullMarked
package com.example.toybackend;

import org.jspecify.annotations.NullMarked;
