// SPDX-License-Identifier: Apache-2.0
/**
 * The member's directory: whose it is, which engine wrote it, and where its parts lie.
 *
 * <p>It knows nothing of what the log and the engine keep in their folders. Start reading at {@link
 * io.cairn.kernel.directory.MemberDirectory}.
 */
@NullMarked
package io.cairn.kernel.directory;

import org.jspecify.annotations.NullMarked;
