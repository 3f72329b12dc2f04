// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.state.StateStore;

/**
 * A whole state that came from another member, complete and durable beside the present one.
 *
 * @param store what holds it
 * @param point where it stands
 * @param books its books; access control is read from the store when it is installed
 * @param attachments which of its keys hang on leases
 */
public record ReceivedState(
    StateStore store,
    Recovery.Recovered point,
    ReplicatedState.Books books,
    Attachments attachments) {}
