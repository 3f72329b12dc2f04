// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

/**
 * A request's bytes are not a protobuf message. Carries no stack trace: it is the client's fault.
 */
public final class MalformedMessage extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String what;

  /** Says what is wrong with the bytes. */
  public MalformedMessage(String what) {
    super(what, null, false, false);
    this.what = what;
  }

  /** What is wrong with the bytes. */
  public String what() {
    return what;
  }
}
