// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.apigrpc;

import io.cairn.tidy.Breaks;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

final class KvEndpoint {
  @Breaks("ONE_PLACE_BUILDS_STATUSES")
  Status describes() {
    return Status.NOT_FOUND.withDescription("words of its own");
  }

  @Breaks("ONE_PLACE_BUILDS_STATUSES")
  StatusRuntimeException turnsIntoException() {
    return Status.NOT_FOUND.asRuntimeException();
  }

  @Breaks("ONE_PLACE_BUILDS_STATUSES")
  StatusRuntimeException constructsException() {
    return new StatusRuntimeException(Status.NOT_FOUND);
  }
}
