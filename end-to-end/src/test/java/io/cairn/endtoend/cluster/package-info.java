// SPDX-License-Identifier: Apache-2.0
/**
 * Clusters of real processes on loopback: members that are killed, paused, cut off from each other,
 * added, removed and replaced while clients work with them. {@code -Dcairn.server=etcd} runs the
 * same tests against etcd's own server, which shows that a test asks nothing that etcd does not do.
 * What every member has printed is kept under {@code target/member-logs}. Knows nothing of the
 * inside of a server. Start reading at {@link io.cairn.endtoend.cluster.Cluster}.
 */
@NullMarked
package io.cairn.endtoend.cluster;

import org.jspecify.annotations.NullMarked;
