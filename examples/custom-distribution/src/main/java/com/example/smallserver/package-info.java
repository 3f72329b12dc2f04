// SPDX-License-Identifier: Apache-2.0
/**
 * A distribution of one's own: etcd's API over gRPC, Raft, LMDB, and nothing else in the binary.
 *
 * <p>What it is made of is the list of modules in {@link com.example.smallserver.SmallServer}; it
 * must never need to know what is inside them.
 */
@NullMarked
package com.example.smallserver;

import org.jspecify.annotations.NullMarked;
