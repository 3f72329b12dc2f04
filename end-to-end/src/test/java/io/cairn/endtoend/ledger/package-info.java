// SPDX-License-Identifier: Apache-2.0
/**
 * What clients were promised, and whether it was kept: clients that write and read through all
 * members and note every answer, the history that a member has really stored, and the comparison of
 * the two. Knows servers by their clients only; what is done to them is not its business. Start
 * reading at {@link io.cairn.endtoend.ledger.Ledger}.
 */
@NullMarked
package io.cairn.endtoend.ledger;

import org.jspecify.annotations.NullMarked;
