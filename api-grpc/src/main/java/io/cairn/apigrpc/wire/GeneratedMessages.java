// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.spi.store.Bytes;

/**
 * The way between slices and generated classes, for messages that are not worth writing by hand.
 */
final class GeneratedMessages {

  private GeneratedMessages() {}

  /** Reads a message with its generated parser. */
  static <T> T parse(Parser<T> parser, Bytes message) {
    try {
      return parser.parseFrom(message.array(), message.offset(), message.length());
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedMessage(String.valueOf(e.getMessage()));
    }
  }

  /** Writes a message. */
  static Reply reply(MessageLite message) {
    return Reply.of(message.toByteArray());
  }

  /** The header as a generated message. */
  static ResponseHeader header(io.cairn.spi.store.ResponseHeader header) {
    return ResponseHeader.newBuilder()
        .setClusterId(header.clusterId())
        .setMemberId(header.memberId())
        .setRevision(header.revision())
        .setRaftTerm(header.term())
        .build();
  }

  /** The bytes of a slice, shared. */
  static ByteString bytes(Bytes slice) {
    return UnsafeByteOperations.unsafeWrap(slice.array(), slice.offset(), slice.length());
  }

  /** A slice with the bytes of a field. */
  static Bytes slice(ByteString field) {
    return Bytes.of(field.toByteArray());
  }
}
