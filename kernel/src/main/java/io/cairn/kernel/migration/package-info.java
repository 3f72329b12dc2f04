// SPDX-License-Identifier: Apache-2.0
/**
 * Carries everything that one engine holds into another, table by table, while nobody writes.
 *
 * <p>All backends hold the same tables with the same content, so nothing is converted: what makes
 * two engines equal is that every key and every value is. It knows no backend, and not where
 * engines lie; {@link io.cairn.kernel.directory.EngineExchange} does. Start reading at {@link
 * io.cairn.kernel.migration.EngineCopy}.
 */
@NullMarked
package io.cairn.kernel.migration;

import org.jspecify.annotations.NullMarked;
