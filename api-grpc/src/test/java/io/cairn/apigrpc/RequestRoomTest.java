// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The line of large requests. */
final class RequestRoomTest {

  private final RequestRoom room = new RequestRoom(100, 1000);
  private final List<String> taken = new ArrayList<>();

  private RequestRoom.Place enter(String name, long bytes) {
    RequestRoom.Place place = Objects.requireNonNull(room.enter(bytes, () -> taken.add(name)));
    if (place.isTaken()) {
      taken.add(name + " at once");
    }
    return place;
  }

  @Test
  void placesAreTakenWhileThereIsRoomAndInOrderAfterwards() {
    RequestRoom.Place first = enter("first", 60);
    RequestRoom.Place second = enter("second", 60);
    enter("third, which would fit", 10);
    assertThat(taken).containsExactly("first at once");

    first.giveBack();

    assertThat(taken).containsExactly("first at once", "second", "third, which would fit");
    second.giveBack();
    enter("fourth", 90);
    assertThat(taken).endsWith("fourth at once");
  }

  @Test
  void requestThatIsLargerThanTheRoomHasItAlone() {
    RequestRoom.Place small = enter("small", 10);
    RequestRoom.Place large = enter("large", 200);
    RequestRoom.Place next = enter("next", 10);

    small.giveBack();
    assertThat(taken).containsExactly("small at once", "large");
    large.giveBack();

    assertThat(taken).endsWith("next");
    assertThat(next.isTaken()).isTrue();
  }

  @Test
  void whoLeavesTheLineLetsOthersPassAndNoneIsGivenBackTwice() {
    RequestRoom.Place first = enter("first", 60);
    RequestRoom.Place gone = enter("gone", 60);
    RequestRoom.Place third = enter("third", 30);

    gone.giveBack();
    assertThat(taken).containsExactly("first at once", "third");
    gone.giveBack();
    first.giveBack();
    first.giveBack();

    enter("does not fit beside the third", 80);
    assertThat(room.isAwaited()).isTrue();
    third.giveBack();
    assertThat(room.isAwaited()).isFalse();
  }

  @Test
  void lineHasAnEnd() {
    RequestRoom.Place first = enter("first", 100);
    List<RequestRoom.Place> waiting = new ArrayList<>();
    for (int i = 0; i < RequestRoom.WAITING_MAX; i++) {
      waiting.add(enter("waiting", 1));
    }

    assertThat(room.enter(1, () -> taken.add("refused"))).isNull();

    waiting.getFirst().giveBack();
    enter("in the place of who left", 1);
    first.giveBack();
    assertThat(taken).hasSize(101).doesNotContain("refused");
  }
}
