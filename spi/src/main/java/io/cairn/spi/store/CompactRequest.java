// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Forgets history.
 *
 * @param revision the revision below which nothing can be read any more
 * @param physical whether the answer waits until the local engine has freed the records
 */
public record CompactRequest(long revision, boolean physical) {}
