// SPDX-License-Identifier: Apache-2.0
/**
 * Holds the definitions against a transcript of etcd's API, since names, numbers and types are wire
 * format that compiled code would not notice to be wrong.
 *
 * <p>It must never know how a server uses the messages. Start reading at {@code WireContractTest}.
 */
@NullMarked
package io.cairn.apiprotos;

import org.jspecify.annotations.NullMarked;
