// SPDX-License-Identifier: Apache-2.0
/**
 * Makes the content of a backup that of a new cluster's members: what the buckets of an etcd
 * database mean, and which rows of an engine they become.
 *
 * <p>A member that is restored is as one that was sent the state behind the entries that name the
 * founders, only that there are keys already: its applied index is that of the last of these
 * entries, and its log begins behind it, so that whoever joins later is sent the state. All
 * founders must have the same content then, which nothing in their logs would tell; so the
 * cluster's id is derived from it ({@link io.cairn.kernel.cluster.MemberIds#ofRestoredCluster}).
 *
 * <p>Nothing here knows files, directories or logs. The form of the database is the business of
 * {@code io.cairn.kernel.backup}. Start reading at {@link io.cairn.kernel.restore.Restoration}.
 */
@NullMarked
package io.cairn.kernel.restore;

import org.jspecify.annotations.NullMarked;
