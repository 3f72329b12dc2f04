// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class PeerCodecTest {
  static final List<PeerRequest> REQUESTS =
      List.of(
          new PeerRequest.KeepAlive(-7),
          new PeerRequest.TimeToLive(7, false),
          new PeerRequest.TimeToLive(Long.MAX_VALUE, true),
          new PeerRequest.Promote(0x8e9e05c52164694dL));

  static final List<PeerAnswer> ANSWERS =
      List.of(
          new PeerAnswer.KeptAlive(0),
          new PeerAnswer.KeptAlive(60),
          new PeerAnswer.TimeToLive(-1, 0, List.of()),
          new PeerAnswer.TimeToLive(5, 60, List.of(Bytes.utf8("a"), Bytes.EMPTY, Bytes.utf8("bc"))),
          new PeerAnswer.Promoted(12),
          new PeerAnswer.Refused(new Reason.MemberNotFound()),
          new PeerAnswer.Refused(new Reason.MemberNotLearner()),
          new PeerAnswer.Refused(new Reason.LearnerNotReady()),
          new PeerAnswer.Refused(new Reason.NotEnoughStarted()),
          new PeerAnswer.NotNow());

  @ParameterizedTest
  @FieldSource("REQUESTS")
  void requestArrivesAsItWasSent(PeerRequest request) {
    Bytes message = PeerCodec.encode(request);

    assertThat(PeerCodec.decodeRequest(message)).isEqualTo(request);
    everyPrefixIsRefused(message, () -> PeerCodec.decodeRequest(message));
  }

  @ParameterizedTest
  @FieldSource("ANSWERS")
  void answerArrivesAsItWasSent(PeerAnswer answer) {
    assertThat(PeerCodec.decodeAnswer(PeerCodec.encode(answer))).isEqualTo(answer);
  }

  @Test
  void refusalThatMayPassMeansNotNow() {
    Bytes message = PeerCodec.encode(new PeerAnswer.Refused(new Reason.NotPrimaryLessor()));

    assertThat(PeerCodec.decodeAnswer(message)).isEqualTo(new PeerAnswer.NotNow());
  }

  @Test
  void otherVersionsAndKindsAreRefusedByNumber() {
    byte[] version = PeerCodec.encode(new PeerRequest.Promote(1)).toByteArray();
    version[0] = 2;
    byte[] kind = PeerCodec.encode(new PeerRequest.Promote(1)).toByteArray();
    kind[1] = 99;

    assertThatThrownBy(() -> PeerCodec.decodeRequest(Bytes.of(version)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version 2");
    assertThatThrownBy(() -> PeerCodec.decodeRequest(Bytes.of(kind)))
        .hasMessageContaining("kind 99");
    assertThatThrownBy(() -> PeerCodec.decodeAnswer(Bytes.of(kind)))
        .hasMessageContaining("kind 99");
  }

  private static void everyPrefixIsRefused(Bytes message, Runnable whole) {
    whole.run();
    byte[] bytes = message.toByteArray();
    for (int length = 0; length < bytes.length; length++) {
      Bytes prefix = Bytes.of(Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> PeerCodec.decodeRequest(prefix))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
