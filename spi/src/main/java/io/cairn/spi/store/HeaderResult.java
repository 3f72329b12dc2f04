// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/** A result that says no more than its header. */
public record HeaderResult(ResponseHeader header) {}
