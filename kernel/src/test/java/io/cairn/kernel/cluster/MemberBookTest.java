// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.kernel.command.Command;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MemberBookTest {
  private static final List<String> URL_1 = List.of("http://127.0.0.1:2380");
  private static final List<String> URL_2 = List.of("http://127.0.0.2:2380");
  private static final List<String> URL_3 = List.of("http://127.0.0.3:2380");

  private final MemberBook book = new MemberBook();
  private final StorageEngine engine =
      new MemoryBackend().open(new StorageOptions(Path.of("."), Tables.ALL, 1 << 20, Path.of(".")));

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void initialMembersAreKnownByNameAndVote() {
    // An id with the top bit set is a large number, not a negative one.
    apply(MemberChange.ofInitialMember(-2, "b", URL_2));
    apply(MemberChange.ofInitialMember(7, "a", URL_1));

    assertThat(book.membership().members())
        .containsExactly(
            new Member(7, "a", URL_1, List.of(), false),
            new Member(-2, "b", URL_2, List.of(), false));
    assertThat(book.membership().configuration())
        .isEqualTo(new Configuration(List.of(7L, -2L), List.of()));
  }

  @Test
  void learnerIsAddedPromotedAndUpdated() {
    apply(MemberChange.ofInitialMember(1, "a", URL_1));

    assertThat(apply(MemberChange.add(2, URL_2, true, 1))).isNull();
    assertThat(book.membership().configuration())
        .isEqualTo(new Configuration(List.of(1L), List.of(2L)));

    assertThat(apply(MemberChange.promote(2))).isNull();
    assertThat(apply(MemberChange.update(2, URL_3))).isNull();

    assertThat(book.membership().configuration())
        .isEqualTo(new Configuration(List.of(1L, 2L), List.of()));
    assertThat(book.membership().findMember(2))
        .hasValue(new Member(2, "", URL_3, List.of(), false));
  }

  @Test
  void impossibleChangesAreRefusedAndChangeNothing() {
    apply(MemberChange.ofInitialMember(1, "a", URL_1));
    apply(MemberChange.ofInitialMember(2, "b", URL_2));
    apply(MemberChange.remove(2));
    apply(MemberChange.add(3, URL_3, true, 1));
    Membership before = book.membership();

    assertThat(apply(MemberChange.add(2, URL_2, false, 1))).isEqualTo(new Reason.MemberNotFound());
    assertThat(apply(MemberChange.add(1, URL_2, false, 1))).isEqualTo(new Reason.MemberExists());
    assertThat(apply(MemberChange.add(4, URL_1, false, 1))).isEqualTo(new Reason.PeerUrlExists());
    assertThat(apply(MemberChange.add(4, URL_2, true, 1))).isEqualTo(new Reason.TooManyLearners());
    assertThat(apply(MemberChange.remove(2))).isEqualTo(new Reason.MemberNotFound());
    assertThat(apply(MemberChange.remove(9))).isEqualTo(new Reason.MemberNotFound());
    assertThat(apply(MemberChange.remove(1))).isEqualTo(new Reason.NotEnoughStarted());
    assertThat(apply(MemberChange.update(9, URL_2))).isEqualTo(new Reason.MemberNotFound());
    assertThat(apply(MemberChange.update(3, URL_1))).isEqualTo(new Reason.PeerUrlExists());
    assertThat(apply(MemberChange.promote(9))).isEqualTo(new Reason.MemberNotFound());
    assertThat(apply(MemberChange.promote(1))).isEqualTo(new Reason.MemberNotLearner());
    assertThat(book.membership()).isEqualTo(before);
  }

  @Test
  void memberMayKeepItsOwnAddressInAnUpdate() {
    apply(MemberChange.ofInitialMember(1, "a", URL_1));

    Reason refusal = apply(MemberChange.update(1, List.of(URL_1.getFirst(), URL_2.getFirst())));

    assertThat(refusal).isNull();
  }

  @Test
  void whatAMemberSaysAboutItselfIsKeptWithItsAddress() {
    apply(MemberChange.ofInitialMember(1, "", URL_1));
    List<Mutation> batch = new ArrayList<>();

    boolean known = book.publish(attributes(1, "a", List.of("http://127.0.0.1:2379")), batch);
    boolean unknown = book.publish(attributes(5, "e", List.of()), batch);
    engine.commit(batch);

    assertThat(known).isTrue();
    assertThat(unknown).isFalse();
    assertThat(reloaded().findMember(1))
        .hasValue(new Member(1, "a", URL_1, List.of("http://127.0.0.1:2379"), false));
  }

  @Test
  void registryComesBackFromTheEngineAsItWas() {
    apply(MemberChange.ofInitialMember(1, "a", URL_1));
    apply(MemberChange.ofInitialMember(-2, "b", URL_2));
    apply(MemberChange.add(3, URL_3, true, 1));
    apply(MemberChange.remove(-2));
    List<Mutation> batch = new ArrayList<>();
    book.agreeOnVersion("3.7.0", batch);
    book.prepareDowngrade("3.6.0", batch);
    engine.commit(batch);

    assertThat(reloaded()).isEqualTo(book.membership());
    assertThat(reloaded().removed()).containsExactly(-2L);
    assertThat(reloaded().clusterVersion()).isEqualTo("3.7.0");
    assertThat(reloaded().downgradeTarget()).isEqualTo("3.6.0");
  }

  @Test
  void endedDowngradeLeavesNoTrace() {
    List<Mutation> batch = new ArrayList<>();
    book.prepareDowngrade("3.6.0", batch);
    book.prepareDowngrade("", batch);
    engine.commit(batch);

    assertThat(reloaded()).isEqualTo(Membership.EMPTY);
  }

  private @Nullable Reason apply(MemberChange change) {
    List<Mutation> batch = new ArrayList<>();
    Reason refusal = book.apply(change.encode(), batch);
    assertThat(batch.isEmpty()).isEqualTo(refusal != null);
    if (refusal == null) {
      engine.commit(batch);
    }
    return refusal;
  }

  private Membership reloaded() {
    MemberBook other = new MemberBook();
    try (StorageView view = engine.view()) {
      other.load(view);
    }
    return other.membership();
  }

  private static Command.MemberAttributes attributes(long id, String name, List<String> urls) {
    return new Command.MemberAttributes(id, name, urls, "3.7.1", 1);
  }
}
