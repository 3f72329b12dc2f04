// SPDX-License-Identifier: Apache-2.0
/**
 * A program that has a store of its own, in its own JVM.
 *
 * <p>It must never know what the store is made of: only the server's options and the services of
 * {@code io.cairn.spi.store}. Start reading at {@link com.example.embedded.Greeting}.
 */
@NullMarked
package com.example.embedded;

import org.jspecify.annotations.NullMarked;
