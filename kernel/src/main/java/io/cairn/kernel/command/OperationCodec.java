// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

import static io.cairn.kernel.command.CommandBodies.UNKNOWN;
import static io.cairn.kernel.command.CommandCodec.delimitedField;
import static io.cairn.kernel.command.CommandCodec.unexpected;
import static io.cairn.kernel.command.MessageWriter.bytesSize;
import static io.cairn.kernel.command.MessageWriter.flagSize;
import static io.cairn.kernel.command.MessageWriter.messageSize;
import static io.cairn.kernel.command.MessageWriter.numberSize;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.WireCursor;
import java.util.ArrayList;
import java.util.List;

/** The encoding of what works on keys: etcd's request messages. */
final class OperationCodec {
  private static final int OP_RANGE = 1;
  private static final int OP_PUT = 2;
  private static final int OP_DELETE = 3;
  private static final int OP_TXN = 4;

  private static final int TXN_COMPARE = 1;
  private static final int TXN_SUCCESS = 2;
  private static final int TXN_FAILURE = 3;

  private static final int COMPARE_VALUE = 7;
  private static final int COMPARE_RANGE_END = 64;

  /**
   * The enumerations' constants in the order of etcd's numbers; what comes after them is unknown.
   */
  private static final List<SortOrder> ORDERS =
      List.of(SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND);

  private static final List<SortTarget> SORT_TARGETS =
      List.of(
          SortTarget.KEY, SortTarget.VERSION, SortTarget.CREATE, SortTarget.MOD, SortTarget.VALUE);

  private static final List<Compare.Result> RESULTS =
      List.of(
          Compare.Result.EQUAL,
          Compare.Result.GREATER,
          Compare.Result.LESS,
          Compare.Result.NOT_EQUAL);

  private static final List<Compare.Target> TARGETS =
      List.of(
          Compare.Target.VERSION,
          Compare.Target.CREATE,
          Compare.Target.MOD,
          Compare.Target.VALUE,
          Compare.Target.LEASE);

  private OperationCodec() {}

  static int size(Operation operation) {
    return switch (operation) {
      case PutRequest put ->
          bytesSize(1, put.key())
              + bytesSize(2, put.value())
              + numberSize(3, put.lease())
              + flagSize(4, put.prevKv())
              + flagSize(5, put.ignoreValue())
              + flagSize(6, put.ignoreLease());
      case DeleteRequest delete ->
          bytesSize(1, delete.range().key())
              + bytesSize(2, delete.range().end())
              + flagSize(3, delete.prevKv());
      case RangeRequest range ->
          bytesSize(1, range.range().key())
              + bytesSize(2, range.range().end())
              + numberSize(3, range.limit())
              + numberSize(4, range.revision())
              + numberSize(5, number(ORDERS, range.order()))
              + numberSize(6, number(SORT_TARGETS, range.target()))
              + flagSize(7, range.serializable())
              + flagSize(8, range.keysOnly())
              + flagSize(9, range.countOnly())
              + numberSize(10, range.minModRevision())
              + numberSize(11, range.maxModRevision())
              + numberSize(12, range.minCreateRevision())
              + numberSize(13, range.maxCreateRevision());
      case TxnRequest txn -> {
        int size = 0;
        for (Compare compare : txn.compares()) {
          size = Math.addExact(size, messageSize(TXN_COMPARE, size(compare)));
        }
        for (Operation op : txn.success()) {
          size = Math.addExact(size, messageSize(TXN_SUCCESS, branchSize(op)));
        }
        for (Operation op : txn.failure()) {
          size = Math.addExact(size, messageSize(TXN_FAILURE, branchSize(op)));
        }
        yield size;
      }
      case Operation.Missing _ -> 0;
    };
  }

  static void write(MessageWriter out, Operation operation) {
    switch (operation) {
      case PutRequest put -> {
        out.bytes(1, put.key());
        out.bytes(2, put.value());
        out.number(3, put.lease());
        out.flag(4, put.prevKv());
        out.flag(5, put.ignoreValue());
        out.flag(6, put.ignoreLease());
      }
      case DeleteRequest delete -> {
        out.bytes(1, delete.range().key());
        out.bytes(2, delete.range().end());
        out.flag(3, delete.prevKv());
      }
      case RangeRequest range -> {
        out.bytes(1, range.range().key());
        out.bytes(2, range.range().end());
        out.number(3, range.limit());
        out.number(4, range.revision());
        out.number(5, number(ORDERS, range.order()));
        out.number(6, number(SORT_TARGETS, range.target()));
        out.flag(7, range.serializable());
        out.flag(8, range.keysOnly());
        out.flag(9, range.countOnly());
        out.number(10, range.minModRevision());
        out.number(11, range.maxModRevision());
        out.number(12, range.minCreateRevision());
        out.number(13, range.maxCreateRevision());
      }
      case TxnRequest txn -> {
        for (Compare compare : txn.compares()) {
          out.open(TXN_COMPARE, size(compare));
          write(out, compare);
        }
        for (Operation op : txn.success()) {
          writeBranch(out, TXN_SUCCESS, op);
        }
        for (Operation op : txn.failure()) {
          writeBranch(out, TXN_FAILURE, op);
        }
      }
      case Operation.Missing _ -> {
        // Nothing is set, so nothing is written.
      }
    }
  }

  /** The size of the message that says which operation follows. */
  private static int branchSize(Operation op) {
    return op instanceof Operation.Missing ? 0 : messageSize(kind(op), size(op));
  }

  private static void writeBranch(MessageWriter out, int branch, Operation op) {
    out.open(branch, branchSize(op));
    if (!(op instanceof Operation.Missing)) {
      out.open(kind(op), size(op));
      write(out, op);
    }
  }

  private static int kind(Operation op) {
    return switch (op) {
      case RangeRequest _ -> OP_RANGE;
      case PutRequest _ -> OP_PUT;
      case DeleteRequest _ -> OP_DELETE;
      case TxnRequest _ -> OP_TXN;
      case Operation.Missing _ -> 0;
    };
  }

  private static int size(Compare compare) {
    int size =
        numberSize(1, number(RESULTS, compare.result()))
            + numberSize(2, number(TARGETS, compare.target()))
            + bytesSize(3, compare.range().key())
            + bytesSize(COMPARE_RANGE_END, compare.range().end());
    return size
        + switch (compare.operand()) {
          case Compare.Operand.Numeric(Compare.Target kind, long value) ->
              operandField(kind) == 0
                  ? 0
                  : MessageWriter.presentNumberSize(operandField(kind), value);
          case Compare.Operand.Value(Bytes value) -> messageSize(COMPARE_VALUE, value.length());
          case Compare.Operand.None _ -> 0;
        };
  }

  private static void write(MessageWriter out, Compare compare) {
    out.number(1, number(RESULTS, compare.result()));
    out.number(2, number(TARGETS, compare.target()));
    out.bytes(3, compare.range().key());
    switch (compare.operand()) {
      case Compare.Operand.Numeric(Compare.Target kind, long value) -> {
        if (operandField(kind) != 0) {
          out.presentNumber(operandField(kind), value);
        }
      }
      case Compare.Operand.Value(Bytes value) -> out.presentBytes(COMPARE_VALUE, value);
      case Compare.Operand.None _ -> {
        // Nothing is set, so nothing is written.
      }
    }
    out.bytes(COMPARE_RANGE_END, compare.range().end());
  }

  /** The field of a numeric operand, 0 for what is no number. */
  private static int operandField(Compare.Target kind) {
    return switch (kind) {
      case VERSION -> 4;
      case CREATE -> 5;
      case MOD -> 6;
      case LEASE -> 8;
      case VALUE, UNKNOWN -> 0;
    };
  }

  static PutRequest readPut(WireCursor in) {
    Bytes key = Bytes.EMPTY;
    Bytes value = Bytes.EMPTY;
    long lease = 0;
    boolean prevKv = false;
    boolean ignoreValue = false;
    boolean ignoreLease = false;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case 0x0a -> key = in.bytes();
        case 0x12 -> value = in.bytes();
        case 0x18 -> lease = in.varint();
        case 0x20 -> prevKv = in.bool();
        case 0x28 -> ignoreValue = in.bool();
        case 0x30 -> ignoreLease = in.bool();
        default -> throw unexpected(in, tag);
      }
    }
    return new PutRequest(key, value, lease, prevKv, ignoreValue, ignoreLease);
  }

  static DeleteRequest readDelete(WireCursor in) {
    Bytes key = Bytes.EMPTY;
    Bytes end = Bytes.EMPTY;
    boolean prevKv = false;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case 0x0a -> key = in.bytes();
        case 0x12 -> end = in.bytes();
        case 0x18 -> prevKv = in.bool();
        default -> throw unexpected(in, tag);
      }
    }
    return new DeleteRequest(new KeyRange(key, end), prevKv);
  }

  private static RangeRequest readRange(WireCursor in) {
    Bytes key = Bytes.EMPTY;
    Bytes end = Bytes.EMPTY;
    long[] numbers = new long[14];
    while (in.hasMore()) {
      int tag = in.tag();
      int field = tag >>> 3;
      if (tag == 0x0a) {
        key = in.bytes();
      } else if (tag == 0x12) {
        end = in.bytes();
      } else if ((tag & 7) == 0 && field >= 3 && field <= 13) {
        numbers[field] = in.varint();
      } else {
        throw unexpected(in, tag);
      }
    }
    return new RangeRequest(
        new KeyRange(key, end),
        numbers[3],
        numbers[4],
        constant(ORDERS, numbers[5], SortOrder.UNKNOWN),
        constant(SORT_TARGETS, numbers[6], SortTarget.UNKNOWN),
        numbers[7] != 0,
        numbers[8] != 0,
        numbers[9] != 0,
        numbers[10],
        numbers[11],
        numbers[12],
        numbers[13]);
  }

  static TxnRequest readTxn(WireCursor in) {
    List<Compare> compares = new ArrayList<>();
    List<Operation> success = new ArrayList<>();
    List<Operation> failure = new ArrayList<>();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case 0x0a -> compares.add(readCompare(new WireCursor(in.bytes())));
        case 0x12 -> success.add(readBranch(new WireCursor(in.bytes())));
        case 0x1a -> failure.add(readBranch(new WireCursor(in.bytes())));
        default -> throw unexpected(in, tag);
      }
    }
    return new TxnRequest(compares, success, failure);
  }

  private static Operation readBranch(WireCursor in) {
    if (!in.hasMore()) {
      return new Operation.Missing();
    }
    int kind = delimitedField(in);
    WireCursor body = new WireCursor(in.bytes());
    if (in.hasMore()) {
      throw in.malformed("an operation of a transaction is followed by something");
    }
    return switch (kind) {
      case OP_RANGE -> readRange(body);
      case OP_PUT -> readPut(body);
      case OP_DELETE -> readDelete(body);
      case OP_TXN -> readTxn(body);
      default -> throw in.malformed("there is no operation of the kind '" + kind + "'");
    };
  }

  private static Compare readCompare(WireCursor in) {
    Compare.Result result = Compare.Result.EQUAL;
    Compare.Target target = Compare.Target.VERSION;
    Bytes key = Bytes.EMPTY;
    Bytes end = Bytes.EMPTY;
    Compare.Operand operand = Compare.Operand.None.INSTANCE;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case 0x08 -> result = constant(RESULTS, in.varint(), Compare.Result.UNKNOWN);
        case 0x10 -> target = constant(TARGETS, in.varint(), Compare.Target.UNKNOWN);
        case 0x1a -> key = in.bytes();
        case 0x20 -> operand = new Compare.Operand.Numeric(Compare.Target.VERSION, in.varint());
        case 0x28 -> operand = new Compare.Operand.Numeric(Compare.Target.CREATE, in.varint());
        case 0x30 -> operand = new Compare.Operand.Numeric(Compare.Target.MOD, in.varint());
        case 0x3a -> operand = new Compare.Operand.Value(in.bytes());
        case 0x40 -> operand = new Compare.Operand.Numeric(Compare.Target.LEASE, in.varint());
        case COMPARE_RANGE_END << 3 | 2 -> end = in.bytes();
        default -> throw unexpected(in, tag);
      }
    }
    return new Compare(result, target, new KeyRange(key, end), operand);
  }

  private static <E> int number(List<E> constants, E constant) {
    int number = constants.indexOf(constant);
    return number < 0 ? UNKNOWN : number;
  }

  private static <E> E constant(List<E> constants, long number, E unknown) {
    return number >= 0 && number < constants.size() ? constants.get((int) number) : unknown;
  }
}
