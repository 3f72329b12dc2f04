// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.apiprotos.mvccpb.KeyValue;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WatchCounterTest {
  @ParameterizedTest(name = "pieces of {0} bytes")
  @ValueSource(ints = {1, 2, 3, 5, 7, 64, 1_000, 1 << 20})
  void countsWhateverThePieces(int piece) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    write(stream, WatchResponse.newBuilder().setHeader(header()).setWatchId(0).setCreated(true));
    write(stream, WatchResponse.newBuilder());
    write(stream, events(1, 0));
    write(stream, events(3, 300));
    write(stream, WatchResponse.newBuilder().setHeader(header()).setWatchId(7));
    write(stream, events(100, 20_000).setFragment(true));
    byte[] bytes = stream.toByteArray();
    WatchCounter counter = new WatchCounter();

    for (int at = 0; at < bytes.length; at += piece) {
      counter.add(bytes, at, Math.min(piece, bytes.length - at));
    }

    assertThat(counter.created()).isEqualTo(1);
    assertThat(counter.events()).isEqualTo(104);
  }

  private static WatchResponse.Builder events(int count, int valueBytes) {
    WatchResponse.Builder response =
        WatchResponse.newBuilder().setHeader(header()).setWatchId(1L << 40);
    for (int i = 0; i < count; i++) {
      KeyValue.Builder record =
          KeyValue.newBuilder()
              .setKey(ByteString.copyFromUtf8("key"))
              // Bytes that would be tags of events if they were not skipped.
              .setValue(
                  ByteString.copyFrom(new byte[valueBytes])
                      .concat(ByteString.copyFrom(new byte[] {0x5a, 0})));
      response.addEvents(Event.newBuilder().setKv(record));
    }
    return response;
  }

  private static ResponseHeader header() {
    return ResponseHeader.newBuilder().setClusterId(-1).setMemberId(1).setRevision(300).build();
  }

  private static void write(ByteArrayOutputStream out, WatchResponse.Builder response) {
    byte[] message = response.build().toByteArray();
    out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(message.length).array());
    out.writeBytes(message);
  }
}
