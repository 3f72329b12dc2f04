// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Deletes the keys of a range.
 *
 * @param range the keys
 * @param prevKv whether the previous key-values are wanted
 */
public record DeleteRequest(KeyRange range, boolean prevKv) implements Operation {}
