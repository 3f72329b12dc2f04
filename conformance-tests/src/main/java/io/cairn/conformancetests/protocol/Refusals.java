// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Callable;

/** Asserts that requests are refused with etcd's codes and texts, which clients compare. */
final class Refusals {
  static final String COMPACTED = "etcdserver: mvcc: required revision has been compacted";
  static final String DUPLICATE_KEY = "etcdserver: duplicate key given in txn request";
  static final String FUTURE = "etcdserver: mvcc: required revision is a future revision";
  static final String KEY_NOT_FOUND = "etcdserver: key not found";
  static final String LEASE_NOT_FOUND = "etcdserver: requested lease not found";
  static final String NO_KEY = "etcdserver: key is not provided";
  static final String TOO_MANY_OPERATIONS = "etcdserver: too many operations in txn request";

  private Refusals() {}

  /** Fails unless {@code call} is refused in exactly these words. */
  static void assertRefused(Status.Code code, String text, Callable<?> call) throws Exception {
    Status status = refusal(call);
    assertThat(status.getCode() + " " + status.getDescription()).isEqualTo(code + " " + text);
  }

  /** How {@code call} is refused; fails if it is not. */
  static Status refusal(Callable<?> call) throws Exception {
    Object answer;
    try {
      answer = call.call();
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
    throw new AssertionError("not refused, but answered " + answer);
  }
}
