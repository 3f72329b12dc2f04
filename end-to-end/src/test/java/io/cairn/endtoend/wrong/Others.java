// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.wrong;

import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.LeaseGrpc;
import io.grpc.Channel;

/** The methods of the right server with which faults are made. */
record Others(Channel channel) {
  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel);
  }

  LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel);
  }
}
