// SPDX-License-Identifier: Apache-2.0
/**
 * What operators need: alarms and the quota, status, hashes, backup, automatic compaction.
 *
 * <p>Alarms are replicated state; everything else here reads: published state, engine views and the
 * books of the other packages. Nothing here knows how requests change keys. Start at {@link
 * io.cairn.kernel.maintenance.MaintenanceFacade}.
 */
@NullMarked
package io.cairn.kernel.maintenance;

import org.jspecify.annotations.NullMarked;
