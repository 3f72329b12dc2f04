// SPDX-License-Identifier: Apache-2.0
/**
 * The service of users, roles and permissions: whatever access control the distribution was built
 * with stands behind it. Start at {@link io.cairn.kernel.access.AuthFacade}.
 */
@NullMarked
package io.cairn.kernel.access;

import org.jspecify.annotations.NullMarked;
