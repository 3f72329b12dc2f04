// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WatchRequest;

/** Collects the fields of a {@code WatchCreateRequest}. */
final class CreateFields {

  private static final int NOPUT = 0;
  private static final int NODELETE = 1;

  private Bytes key = Bytes.EMPTY;
  private Bytes rangeEnd = Bytes.EMPTY;
  private long startRevision;
  private boolean progressNotify;
  private boolean noPut;
  private boolean noDelete;
  private boolean prevKv;
  private long watchId;
  private boolean fragment;

  void merge(ProtoReader in) {
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 0x0a -> key = in.bytes();
        case 0x12 -> rangeEnd = in.bytes();
        case 0x18 -> startRevision = in.int64();
        case 0x20 -> progressNotify = in.bool();
        case 0x28 -> filter(in.int32());
        case 0x2a -> {
          int outer = in.enterPacked();
          while (in.hasMore()) {
            filter(in.int32());
          }
          in.leavePacked(outer);
        }
        case 0x30 -> prevKv = in.bool();
        case 0x38 -> watchId = in.int64();
        case 0x40 -> fragment = in.bool();
        default -> in.skip(tag);
      }
    }
  }

  /** Filters of other numbers are passed over, as etcd does. */
  private void filter(int number) {
    noPut |= number == NOPUT;
    noDelete |= number == NODELETE;
  }

  WatchRequest request() {
    return new WatchRequest(
        key, rangeEnd, startRevision, progressNotify, noPut, noDelete, prevKv, watchId, fragment);
  }
}
