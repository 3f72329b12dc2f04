// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WatchRequest;

/** What a client says on a watch stream. */
public sealed interface WatchCommand {

  /** Add a watcher. */
  record Create(WatchRequest request) implements WatchCommand {}

  /** End a watcher. */
  record Cancel(long watchId) implements WatchCommand {}

  /** Tell how far the whole stream has come. */
  record Progress() implements WatchCommand {}

  /** Nothing that is known here; etcd passes over such messages, and so does Cairn. */
  record Nothing() implements WatchCommand {}

  /**
   * Reads a {@code WatchRequest}.
   *
   * @throws MalformedMessage if the bytes are none
   */
  static WatchCommand parse(Bytes message) {
    ProtoReader in = new ProtoReader(message);
    int member = 0;
    CreateFields create = new CreateFields();
    long canceled = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag != 0x0a && tag != 0x12 && tag != 0x1a) {
        in.skip(tag);
        continue;
      }
      if (tag != member) { // The same member again is merged, another one replaces it.
        member = tag;
        create = new CreateFields();
        canceled = 0;
      }
      int outer = in.enter();
      switch (tag) {
        case 0x0a -> create.merge(in);
        case 0x12 -> canceled = mergeCancel(in, canceled);
        default -> passOver(in);
      }
      in.leave(outer);
    }
    return switch (member) {
      case 0x0a -> new Create(create.request());
      case 0x12 -> new Cancel(canceled);
      case 0x1a -> new Progress();
      default -> new Nothing();
    };
  }

  private static long mergeCancel(ProtoReader in, long before) {
    long watchId = before;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag == 0x08) {
        watchId = in.int64();
      } else {
        in.skip(tag);
      }
    }
    return watchId;
  }

  private static void passOver(ProtoReader in) {
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      in.skip(tag);
    }
  }
}
