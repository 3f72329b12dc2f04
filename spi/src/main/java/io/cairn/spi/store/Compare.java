// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * A comparison of a transaction.
 *
 * @param result how the stored thing must relate to the operand
 * @param target what is compared
 * @param range the keys, each of which must satisfy the comparison
 * @param operand what it is compared with, as it came; of no effect if it is not of the target's
 *     kind
 */
public record Compare(Result result, Target target, KeyRange range, Operand operand) {

  /** The relation that must hold. */
  public enum Result {
    /** Equal. */
    EQUAL,
    /** The stored one is greater. */
    GREATER,
    /** The stored one is less. */
    LESS,
    /** Different. */
    NOT_EQUAL,
    /** A number that is not known (V10): always holds. */
    UNKNOWN
  }

  /** What is compared. */
  public enum Target {
    /** The version. */
    VERSION,
    /** The create revision. */
    CREATE,
    /** The modification revision. */
    MOD,
    /** The value. */
    VALUE,
    /** The lease. */
    LEASE,
    /** A number that is not known (V10): compares as equal. */
    UNKNOWN
  }

  /** The other side of a comparison, by the field that the client set. */
  public sealed interface Operand {
    /** No field was set. */
    record None() implements Operand {
      /** The only value there is. */
      public static final None INSTANCE = new None();
    }

    /**
     * A number.
     *
     * @param target which of the numeric fields was set
     */
    record Numeric(Target target, long value) implements Operand {}

    /** Bytes, to compare with a value. */
    record Value(Bytes value) implements Operand {}
  }

  /** The operand as a number, 0 unless one of the target's kind was set. */
  public long number() {
    return operand instanceof Operand.Numeric(Target kind, long value) && kind == target
        ? value
        : 0;
  }

  /** The operand as bytes, empty unless one was set. */
  public Bytes bytes() {
    return operand instanceof Operand.Value(Bytes value) ? value : Bytes.EMPTY;
  }
}
