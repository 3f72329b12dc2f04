// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.RangeRules.keysIn;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest.SortOrder;
import io.cairn.apiprotos.etcdserverpb.RangeRequest.SortTarget;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.Demand;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Range: order and filters. */
@ProtocolRules
final class RangeOrderRules {
  private static final Comparator<ByteString> UNSIGNED =
      ByteString.unsignedLexicographicalComparator();

  private static final String INVALID_SORT = "etcdserver: invalid sort option";

  /** By each of these the keys of {@link #scatter} have an order of their own, without ties. */
  private static final Map<SortTarget, Comparator<KeyValue>> ORDERS =
      Map.of(
          SortTarget.KEY, Comparator.comparing(KeyValue::getKey, UNSIGNED),
          SortTarget.VERSION, Comparator.comparingLong(KeyValue::getVersion),
          SortTarget.CREATE, Comparator.comparingLong(KeyValue::getCreateRevision),
          SortTarget.MOD, Comparator.comparingLong(KeyValue::getModRevision),
          SortTarget.VALUE, Comparator.comparing(KeyValue::getValue, UNSIGNED));

  /** Six keys whose orders by key, version, creation, change and value all differ. */
  private static List<KeyValue> scatter(Client client) {
    int[] created = {3, 0, 5, 1, 4, 2};
    int[] puts = {2, 6, 7, 5, 3, 4};
    String[] values = {"d", "f", "a", "c", "\u00ff", "b"};
    List<ByteString> keys = Requests.keys(client.prefix(), 6);
    for (int i : created) {
      var _ = client.put(keys.get(i), "first");
    }
    for (int i : new int[] {4, 2, 0, 5, 3, 1}) {
      for (int put = 1; put < puts[i]; put++) {
        var _ = client.put(keys.get(i), values[i]);
      }
    }
    return client.all().getKvsList();
  }

  @Test
  @TestsRule("ORDER-1")
  @Says("results are sorted by key, version, creation, change or value, up or down")
  void everyOrderIsOffered(Client client) {
    List<KeyValue> stored = scatter(client);

    ORDERS.forEach((target, order) -> {
      assertThat(sorted(client, target, SortOrder.ASCEND, 0).getKvsList())
          .as("ascending by %s", target)
          .isEqualTo(stored.stream().sorted(order).toList());
      assertThat(sorted(client, target, SortOrder.DESCEND, 0).getKvsList())
          .as("descending by %s", target)
          .isEqualTo(stored.stream().sorted(order.reversed()).toList());
    });
  }

  @Test
  @TestsRule("ORDER-2")
  @Says("a limit takes the first of the sorted ones")
  void limitTakesTheFirstOfTheSorted(Client client) {
    List<KeyValue> stored = scatter(client);

    for (SortTarget target : ORDERS.keySet()) {
      Comparator<KeyValue> order = ORDERS.getOrDefault(target, Comparator.comparingInt(_ -> 0));
      RangeResponse response = sorted(client, target, SortOrder.DESCEND, 2);

      assertThat(response.getKvsList())
          .as("last two by %s", target)
          .isEqualTo(stored.stream().sorted(order.reversed()).limit(2).toList());
      assertThat(response.getMore()).isTrue();
      assertThat(response.getCount()).isEqualTo(6);
    }
  }

  @Test
  @TestsRule("ORDER-3")
  @Says("without an order but with a target, results ascend by the target")
  void targetAloneMeansAscending(Client client) {
    List<KeyValue> stored = scatter(client);

    ORDERS.forEach((target, order) ->
        assertThat(sorted(client, target, SortOrder.NONE, 0).getKvsList())
            .as("by %s", target)
            .isEqualTo(stored.stream().sorted(order).toList()));
  }

  @Test
  @TestsRule("ORDER-4")
  @Says(
      value = "without an order, a limit takes the first keys before the target sorts them",
      demand = Demand.SHOULD)
  void limitWithoutOrderTakesTheFirstKeys(Client client) {
    List<KeyValue> stored = scatter(client);

    RangeResponse response = sorted(client, SortTarget.MOD, SortOrder.NONE, 2);

    // One more than the limit is looked at, which is how more is known.
    assertThat(response.getKvsList())
        .isEqualTo(
            stored.subList(0, 3).stream()
                .sorted(Comparator.comparingLong(KeyValue::getModRevision))
                .limit(2)
                .toList());
    assertThat(response.getMore()).isTrue();
  }

  @Test
  @TestsRule("ORDER-5")
  @Says("an unknown order is refused")
  void unknownOrderIsRefused(Client client) throws Exception {
    assertRefused(
        Code.INVALID_ARGUMENT,
        INVALID_SORT,
        () -> client.range(Requests.rangeOf(client.prefix()).setSortOrderValue(77)));
  }

  @Test
  @TestsRule("ORDER-6")
  @Says("keys_only sorts by the values that it leaves out")
  void keysOnlySortsByValue(Client client) {
    List<KeyValue> stored = scatter(client);
    Comparator<KeyValue> byValue = Comparator.comparing(KeyValue::getValue, UNSIGNED);

    RangeResponse response =
        client.range(
            Requests.rangeOf(client.prefix())
                .setKeysOnly(true)
                .setSortTarget(SortTarget.VALUE)
                .setSortOrder(SortOrder.ASCEND));

    assertThat(keysIn(response))
        .isEqualTo(stored.stream().sorted(byValue).map(KeyValue::getKey).toList());
    assertThat(response.getKvsList()).allSatisfy(kv -> assertThat(kv.getValue()).isEmpty());
  }

  @Test
  @TestsRule("ORDER-7")
  @Says("an unknown target is refused")
  void unknownTargetIsRefused(Client client) throws Exception {
    assertRefused(
        Code.INVALID_ARGUMENT,
        INVALID_SORT,
        () ->
            client.range(
                Requests.rangeOf(client.prefix())
                    .setSortTargetValue(77)
                    .setSortOrder(SortOrder.ASCEND)));
  }

  @Test
  @TestsRule("FILTER-1")
  @Says("bounds of creation and change are kept, their ends included")
  void boundsAreKept(Client client) {
    List<KeyValue> stored = scatter(client);
    List<Long> created = stored.stream().map(KeyValue::getCreateRevision).sorted().toList();
    List<Long> modified = stored.stream().map(KeyValue::getModRevision).sorted().toList();
    long aCreation = created.get(2);
    long aChange = modified.get(2);

    assertFiltered(
        client,
        stored,
        request(client).setMinModRevision(aChange),
        kv -> kv.getModRevision() >= aChange);
    assertFiltered(
        client,
        stored,
        request(client).setMaxModRevision(aChange),
        kv -> kv.getModRevision() <= aChange);
    assertFiltered(
        client,
        stored,
        request(client).setMinCreateRevision(aCreation),
        kv -> kv.getCreateRevision() >= aCreation);
    assertFiltered(
        client,
        stored,
        request(client).setMaxCreateRevision(aCreation),
        kv -> kv.getCreateRevision() <= aCreation);
    assertFiltered(
        client,
        stored,
        request(client).setMinCreateRevision(aCreation).setMaxModRevision(modified.get(4)),
        kv -> kv.getCreateRevision() >= aCreation && kv.getModRevision() <= modified.get(4));
  }

  private static void assertFiltered(
      Client client, List<KeyValue> stored, RangeRequest.Builder request, Predicate<KeyValue> in) {
    RangeResponse response = client.range(request);

    assertThat(response.getKvsList())
        .as("of %s", request)
        .isEqualTo(stored.stream().filter(in).toList());
    assertThat(response.getMore()).isFalse();
  }

  @Test
  @TestsRule("FILTER-2")
  @Says("count is of the whole range, whatever the filters")
  void countIgnoresFilters(Client client) {
    List<KeyValue> stored = scatter(client);
    long last = stored.stream().mapToLong(KeyValue::getModRevision).max().orElseThrow();

    RangeResponse response = client.range(request(client).setMinModRevision(last));

    assertThat(response.getKvsCount()).isEqualTo(1);
    assertThat(response.getCount()).isEqualTo(6);
    assertThat(response.getMore()).isFalse();
  }

  @Test
  @TestsRule("FILTER-3")
  @Says("a limit cuts what the filters leave")
  void limitCutsWhatFiltersLeave(Client client) {
    List<KeyValue> stored = scatter(client);
    long third =
        stored.stream().map(KeyValue::getModRevision).sorted().skip(2).findFirst().orElseThrow();
    List<KeyValue> left = stored.stream().filter(kv -> kv.getModRevision() >= third).toList();

    RangeResponse cut = client.range(request(client).setMinModRevision(third).setLimit(3));
    RangeResponse whole = client.range(request(client).setMinModRevision(third).setLimit(4));

    assertThat(left).hasSize(4);
    assertThat(cut.getKvsList()).isEqualTo(left.subList(0, 3));
    assertThat(cut.getMore()).isTrue();
    assertThat(whole.getKvsList()).isEqualTo(left);
    assertThat(whole.getMore()).isFalse();
  }

  private static RangeRequest.Builder request(Client client) {
    return Requests.rangeOf(client.prefix());
  }

  private static RangeResponse sorted(
      Client client, SortTarget target, SortOrder order, long limit) {
    return client.range(request(client).setSortTarget(target).setSortOrder(order).setLimit(limit));
  }
}
