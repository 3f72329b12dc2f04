// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

import io.cairn.spi.auth.Identity;

/**
 * A command as the log carries it.
 *
 * @param requestId unique among the requests of the cluster's members
 * @param identity on whose behalf, anonymous while access control is off
 * @param command what is to be done
 */
public record Envelope(long requestId, Identity identity, Command<?> command) {}
