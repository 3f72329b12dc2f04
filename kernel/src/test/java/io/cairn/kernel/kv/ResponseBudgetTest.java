// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResponseBudgetTest {
  private final ResponseBudget budget = new ResponseBudget(100);
  private final List<String> begun = new ArrayList<>();

  @Test
  void readThatIsAloneMayExceedTheBudget() {
    ResponseBudget.Share share = budget.open();

    share.take(1000);

    assertThat(budget.admit(() -> begun.add("second"))).isTrue();
    assertThat(begun).isEmpty();
  }

  @Test
  void readThatOutgrowsWhatIsLeftIsRefused() {
    ResponseBudget.Share first = budget.open();
    ResponseBudget.Share second = budget.open();
    first.take(60);

    assertThatThrownBy(() -> second.take(60))
        .isInstanceOfSatisfying(
            StoreException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.ResponsesExhausted()));
    first.close();
    second.take(60);
  }

  @Test
  void waitingReadBeginsWhenAnotherEndsAndOnlyOnce() {
    ResponseBudget.Share share = budget.open();
    share.take(100);
    budget.admit(() -> begun.add("waited"));

    share.close();
    share.close();

    assertThat(begun).containsExactly("waited");
  }

  @Test
  void tooManyWaitingReadsAreTurnedAway() {
    ResponseBudget.Share share = budget.open();
    share.take(100);
    for (int i = 0; i < 1024; i++) {
      assertThat(budget.admit(() -> begun.add("waited"))).isTrue();
    }

    assertThat(budget.admit(() -> begun.add("too late"))).isFalse();
  }
}
