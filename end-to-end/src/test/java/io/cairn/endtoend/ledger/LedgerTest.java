// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.endtoend.ledger.Ledger.Floor;
import io.cairn.endtoend.ledger.Ledger.Write;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ledger finds what is wrong, in histories that are wrong in one way each. */
final class LedgerTest {
  private static final Floor NOTHING = new Floor(0, 0);

  private final Ledger ledger = new Ledger();

  /** Two writes to one key, one transaction, and one write of which nobody knows. */
  @BeforeEach
  void promises() {
    acknowledged(2, Write.put("a", "value-1"));
    acknowledged(3, Write.put("a", "value-2"));
    acknowledged(4, Write.put("counter/0", "1"), Write.put("b", "value-3"));
    acknowledged(5, Write.delete("b"));
    ledger.sending(List.of(Write.put("c", "value-4")));
    ledger.unknown("timeout");
  }

  @Test
  void whatWasPromisedIsRight() {
    List<Change> unknownHappened =
        List.of(first(), second(), counter(), third(), deleted(), put(6, "c", "value-4", 6, 1));

    assertThat(ledger.violationsIn(promised())).isEmpty();
    assertThat(ledger.violationsIn(History.of(unknownHappened))).isEmpty();
    assertThat(ledger.violations()).isEmpty();
  }

  @Test
  void lostWriteIsFound() {
    assertThat(wrong(first(), second(), counter(), third())).contains("acknowledged at 5");
  }

  @Test
  void writeAtAnotherRevisionIsFound() {
    Change late = put(9, "a", "value-2", 2, 2);

    assertThat(wrong(first(), late, counter(), third(), deleted())).contains("acknowledged at 3");
  }

  @Test
  void tornTransactionIsFound() {
    assertThat(wrong(first(), second(), counter(), deleted())).contains("acknowledged at 4");
  }

  @Test
  void writeThatWasAppliedTwiceIsFound() {
    Change again = put(6, "a", "value-2", 2, 3);

    assertThat(wrong(first(), second(), counter(), third(), deleted(), again))
        .contains("applied twice");
  }

  @Test
  void unknownWriteThatWasAppliedTwiceIsFound() {
    assertThat(
            wrong(
                first(),
                second(),
                counter(),
                third(),
                deleted(),
                put(6, "c", "value-4", 6, 1),
                put(7, "c", "value-4", 6, 2)))
        .contains("applied twice");
  }

  @Test
  void valueThatNobodySentIsFound() {
    Change phantom = put(6, "d", "value-99", 6, 1);

    assertThat(wrong(first(), second(), counter(), third(), deleted(), phantom))
        .contains("never sent");
  }

  @Test
  void wrongVersionIsFound() {
    Change versionKept = put(3, "a", "value-2", 2, 1);

    assertThat(wrong(first(), versionKept, counter(), third(), deleted()))
        .contains("version should be 2");
  }

  @Test
  void counterThatWasSkippedIsFound() {
    Change skipped = put(6, "counter/0", "3", 4, 2);

    assertThat(wrong(first(), second(), counter(), third(), deleted(), skipped))
        .contains("not raised by one");
  }

  @Test
  void revisionThatWasGivenTwiceIsFound() {
    ledger.sending(List.of(Write.put("a", "value-5")));
    ledger.written(NOTHING, 3, List.of(Write.put("a", "value-5")));

    assertThat(ledger.violationsIn(promised()).toString()).contains("two writes got one revision");
  }

  @Test
  void readOfAStateThatNeverWasIsFound() {
    ledger.read(NOTHING, "a", 3, Optional.of("value-1"), 2);

    assertThat(ledger.violationsIn(promised()).toString()).contains("but it was");
  }

  @Test
  void readThatIsOlderThanAnAnswerBeforeItIsFound() {
    Floor floor = ledger.floor("a");

    ledger.read(floor, "a", 4, Optional.of("value-2"), 3);

    assertThat(ledger.violations().toString()).contains("stale read of 'a' at 4");
    assertThat(ledger.violationsIn(promised())).isEmpty();
  }

  @Test
  void readThatMissesAnAcknowledgedWriteOfItsKeyIsFound() {
    Floor floor = ledger.floor("a");

    ledger.read(floor, "a", 5, Optional.of("value-1"), 2);

    assertThat(ledger.violations().toString()).contains("changed at 2, but 3");
  }

  @Test
  void writeThatIsOlderThanAnAnswerBeforeItIsFound() {
    ledger.sending(List.of(Write.put("a", "value-6")));

    ledger.written(ledger.floor("a"), 5, List.of(Write.put("a", "value-6")));

    assertThat(ledger.violations().toString()).contains("got revision 5, but 5 existed before");
  }

  private void acknowledged(long revision, Write... writes) {
    ledger.sending(List.of(writes));
    ledger.written(ledger.floor("a"), revision, List.of(writes));
  }

  private String wrong(Change... changes) {
    return ledger.violationsIn(History.of(List.of(changes))).toString();
  }

  private static History promised() {
    return History.of(List.of(first(), second(), counter(), third(), deleted()));
  }

  private static Change first() {
    return put(2, "a", "value-1", 2, 1);
  }

  private static Change second() {
    return put(3, "a", "value-2", 2, 2);
  }

  private static Change counter() {
    return put(4, "counter/0", "1", 4, 1);
  }

  private static Change third() {
    return put(4, "b", "value-3", 4, 1);
  }

  private static Change deleted() {
    return new Change(5, "b", Optional.empty(), 0, 0);
  }

  private static Change put(long revision, String key, String value, long created, long version) {
    return new Change(revision, key, Optional.of(value), created, version);
  }
}
