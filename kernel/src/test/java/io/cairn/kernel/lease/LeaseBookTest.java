// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.lease.LeaseBook.Lease;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** etcd semantics 9.1, 9.3, 9.6. */
final class LeaseBookTest {
  private final LeaseBook book = new LeaseBook();
  private final List<Mutation> mutations = new ArrayList<>();

  @Test
  void grantedLeaseIsKnownAndStored() {
    book.grant(-3, 60, 1, mutations);

    assertThat(book.exists(-3)).isTrue();
    assertThat(book.listLeases()).containsExactly(new Lease(-3, 60, 0, 1));
    Mutation.Put stored = (Mutation.Put) mutations.getFirst();
    assertThat(stored.table()).isEqualTo(Tables.LEASES);
    assertThat(LeaseRecord.decode(stored.key(), stored.value())).isEqualTo(new Lease(-3, 60, 0, 1));
  }

  @Test
  void grantOfAnIdInUseIsRefusedWithoutEffect() {
    book.grant(5, 60, 1, mutations);

    assertThatThrownBy(() -> book.grant(5, 90, 1, mutations))
        .isInstanceOfSatisfying(
            StoreException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.LeaseExists()));
    assertThat(book.listLeases()).containsExactly(new Lease(5, 60, 0, 1));
    assertThat(mutations).hasSize(1);
  }

  @Test
  void grantBeyondTheBoundIsRefused() {
    assertThatThrownBy(() -> book.grant(5, 9_000_000_001L, 1, mutations))
        .isInstanceOfSatisfying(
            StoreException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.LeaseTtlTooLarge()));
    assertThat(book.grant(6, 9_000_000_000L, 1, mutations).ttlSeconds()).isEqualTo(9_000_000_000L);
  }

  @Test
  void revokeGivesTheAttachedKeysInByteOrder() {
    book.grant(5, 60, 1, mutations);
    for (String key : List.of("b", "a", "\u00e9", "c")) {
      book.attach(5, Bytes.utf8(key));
    }
    book.detach(5, Bytes.utf8("b"));
    mutations.clear();

    List<Bytes> keys = book.revoke(5, mutations);

    assertThat(keys).extracting(Bytes::toUtf8).containsExactly("a", "c", "\u00e9");
    assertThat(mutations).singleElement().isInstanceOf(Mutation.Delete.class);
    assertThat(book.exists(5)).isFalse();
    assertThat(book.keys(5)).isEmpty();
  }

  @Test
  void revokeOfAnUnknownLeaseIsRefused() {
    assertThatThrownBy(() -> book.revoke(5, mutations))
        .isInstanceOfSatisfying(
            StoreException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.LeaseNotFound()));
    assertThat(mutations).isEmpty();
  }

  @Test
  void attachedKeysDoNotKeepTheArraysTheyCameIn() {
    book.grant(5, 60, 1, mutations);

    book.attach(5, Bytes.of(new byte[1 << 20], 17, 3));

    assertThat(book.keys(5).getFirst().array()).hasSize(3);
  }

  @Test
  void checkpointIsStoredAndOutlivesTheLeaseInSilence() {
    book.grant(5, 600, 1, mutations);
    mutations.clear();

    book.checkpoint(5, 200, mutations);
    book.checkpoint(6, 100, mutations);

    assertThat(book.listLeases()).containsExactly(new Lease(5, 600, 200, 1));
    Mutation.Put stored = (Mutation.Put) mutations.getFirst();
    assertThat(LeaseRecord.decode(stored.key(), stored.value()))
        .isEqualTo(new Lease(5, 600, 200, 1));
    assertThat(mutations).hasSize(1);
  }
}
