// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

/**
 * A published state of the index: a number to pin it by ({@link KeyIndex#tryView}), no content.
 *
 * @param page the root page
 * @param revision the newest revision in this state
 * @param alive the number of keys that exist in it
 * @param epoch which publication this is, counted from 1
 */
public record IndexRoot(int page, long revision, long alive, long epoch) {}
