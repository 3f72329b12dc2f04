// SPDX-License-Identifier: Apache-2.0
/**
 * The protocol kit: black-box tests of etcd's v3 API against any endpoint.
 *
 * <p>A rule is a test method of one of the classes {@code *Rules}; it is given a {@link
 * io.cairn.conformancetests.protocol.Client} with keys of its own, and leaves nothing behind.
 * Whatever is true of etcd 3.7 is a rule; where older versions differ, {@link
 * io.cairn.conformancetests.protocol.Differences} says so in one table.
 *
 * <p>The kit knows the messages of the API and no server: it never asks who answers, only which
 * version of etcd the server claims to be.
 *
 * <p>Start reading at {@link io.cairn.conformancetests.protocol.ProtocolExamination}.
 */
@NullMarked
package io.cairn.conformancetests.protocol;

import org.jspecify.annotations.NullMarked;
