// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

/**
 * What an engine occupies.
 *
 * @param allocatedBytes what it takes from the file system (or from memory, if it has no files)
 * @param inUseBytes what of this holds live entries; the rest is free for later ones
 */
public record StorageSize(long allocatedBytes, long inUseBytes) {}
