// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/** A refusal (V7). Has no stack trace: it is an answer, not an accident. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // Exceptions are not serialized here.
  private final Reason reason;

  /** Refuses for {@code reason}. */
  public StoreException(Reason reason) {
    super(reason.toString(), null, false, false);
    this.reason = reason;
  }

  /** Why the request was refused. */
  public Reason reason() {
    return reason;
  }
}
