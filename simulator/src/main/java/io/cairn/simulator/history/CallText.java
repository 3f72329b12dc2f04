// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Calls as lines that people can read and write.
 *
 * <pre>
 * put KEY VALUE [lease=N] [prev] [keep-value] [keep-lease]
 * get RANGE [rev=N] [limit=N] [sort=ascend:mod] [min-mod=N] [max-mod=N] [min-create=N]
 *     [max-create=N] [serializable] [keys] [count]
 * delete RANGE [prev]
 * txn [if value KEY = V [and version RANGE > N ...]] [then OP [, OP ...]] [else OP ...] end
 * compact N [physical]
 * grant ID TTL        revoke ID        keep-alive ID
 * </pre>
 *
 * <p>A range is {@code KEY}, {@code KEY..END} or {@code KEY..} for everything from there on. Bytes
 * that are no letters or digits are written as {@code %2f}, no bytes at all as {@code ''}.
 */
public final class CallText {
  private CallText() {}

  /** Writes a call. */
  public static String format(Call call) {
    StringBuilder out = new StringBuilder();
    switch (call) {
      case Call.Range(RangeRequest range) -> append(out, range);
      case Call.Put(PutRequest put) -> append(out, put);
      case Call.Delete(DeleteRequest delete) -> append(out, delete);
      case Call.Txn(TxnRequest txn) -> append(out, txn);
      case Call.Compact(CompactRequest compact) ->
          out.append("compact ")
              .append(compact.revision())
              .append(compact.physical() ? " physical" : "");
      case Call.Grant(long id, long ttl) -> out.append("grant ").append(id).append(' ').append(ttl);
      case Call.Revoke(long id) -> out.append("revoke ").append(id);
      case Call.KeepAlive(long id) -> out.append("keep-alive ").append(id);
    }
    return out.toString();
  }

  /** Reads a call. */
  public static Call parse(String line) {
    Words words = new Words(line);
    Call call = parse(words);
    if (!words.isEmpty()) {
      throw words.malformed("'" + words.peek() + "' is too much");
    }
    return call;
  }

  static Call parse(Words words) {
    String verb = words.next();
    return switch (verb) {
      case "compact" ->
          new Call.Compact(new CompactRequest(words.number(), words.take("physical")));
      case "grant" -> new Call.Grant(words.number(), words.number());
      case "revoke" -> new Call.Revoke(words.number());
      case "keep-alive" -> new Call.KeepAlive(words.number());
      default ->
          switch (operation(verb, words)) {
            case RangeRequest range -> new Call.Range(range);
            case PutRequest put -> new Call.Put(put);
            case DeleteRequest delete -> new Call.Delete(delete);
            case TxnRequest txn -> new Call.Txn(txn);
            case Operation.Missing _ -> throw words.malformed("an operation is missing");
          };
    };
  }

  static String range(KeyRange range) {
    String key = Words.word(range.key());
    if (range.isSingle()) {
      return key;
    }
    return key + ".." + (range.isOpenEnded() ? "" : Words.word(range.end()));
  }

  static KeyRange range(String word) {
    int dots = word.indexOf("..");
    if (dots < 0) {
      return KeyRange.single(Words.bytes(word));
    }
    Bytes key = Words.bytes(word.substring(0, dots));
    String end = word.substring(dots + 2);
    return end.isEmpty() ? KeyRange.from(key) : new KeyRange(key, Words.bytes(end));
  }

  private static void append(StringBuilder out, PutRequest put) {
    out.append("put ").append(Words.word(put.key())).append(' ').append(Words.word(put.value()));
    out.append(put.lease() == 0 ? "" : " lease=" + put.lease());
    out.append(put.prevKv() ? " prev" : "");
    out.append(put.ignoreValue() ? " keep-value" : "");
    out.append(put.ignoreLease() ? " keep-lease" : "");
  }

  private static void append(StringBuilder out, DeleteRequest delete) {
    out.append("delete ").append(range(delete.range())).append(delete.prevKv() ? " prev" : "");
  }

  private static void append(StringBuilder out, RangeRequest get) {
    out.append("get ").append(range(get.range()));
    number(out, "rev", get.revision());
    number(out, "limit", get.limit());
    if (get.order() != SortOrder.NONE || get.target() != SortTarget.KEY) {
      out.append(" sort=").append(lower(get.order())).append(':').append(lower(get.target()));
    }
    number(out, "min-mod", get.minModRevision());
    number(out, "max-mod", get.maxModRevision());
    number(out, "min-create", get.minCreateRevision());
    number(out, "max-create", get.maxCreateRevision());
    out.append(get.serializable() ? " serializable" : "");
    out.append(get.keysOnly() ? " keys" : "");
    out.append(get.countOnly() ? " count" : "");
  }

  private static void number(StringBuilder out, String name, long value) {
    if (value != 0) {
      out.append(' ').append(name).append('=').append(value);
    }
  }

  private static void append(StringBuilder out, TxnRequest txn) {
    out.append("txn");
    for (int i = 0; i < txn.compares().size(); i++) {
      Compare compare = txn.compares().get(i);
      out.append(i == 0 ? " if " : " and ").append(lower(compare.target())).append(' ');
      out.append(range(compare.range())).append(' ').append(sign(compare.result())).append(' ');
      out.append(
          compare.target() == Compare.Target.VALUE
              ? Words.word(compare.bytes())
              : Long.toString(compare.number()));
    }
    append(out, " then ", txn.success());
    append(out, " else ", txn.failure());
    out.append(" end");
  }

  private static void append(StringBuilder out, String word, List<Operation> operations) {
    for (int i = 0; i < operations.size(); i++) {
      out.append(i == 0 ? word : " , ");
      switch (operations.get(i)) {
        case RangeRequest range -> append(out, range);
        case PutRequest put -> append(out, put);
        case DeleteRequest delete -> append(out, delete);
        case TxnRequest txn -> append(out, txn);
        case Operation.Missing _ -> out.append("missing");
      }
    }
  }

  private static Operation operation(String verb, Words words) {
    return switch (verb) {
      case "put" -> put(words);
      case "get" -> get(words);
      case "delete" -> new DeleteRequest(range(words.next()), words.take("prev"));
      case "txn" -> txn(words);
      case "missing" -> new Operation.Missing();
      default -> throw words.malformed("no call '" + verb + "'");
    };
  }

  private static PutRequest put(Words words) {
    return new PutRequest(
        Words.bytes(words.next()),
        Words.bytes(words.next()),
        words.numberOption("lease"),
        words.take("prev"),
        words.take("keep-value"),
        words.take("keep-lease"));
  }

  private static RangeRequest get(Words words) {
    KeyRange range = range(words.next());
    long revision = words.numberOption("rev");
    long limit = words.numberOption("limit");
    String sort = words.option("sort");
    String[] parts = sort == null ? new String[] {"none", "key"} : sort.split(":", -1);
    long minMod = words.numberOption("min-mod");
    long maxMod = words.numberOption("max-mod");
    long minCreate = words.numberOption("min-create");
    long maxCreate = words.numberOption("max-create");
    return new RangeRequest(
        range,
        limit,
        revision,
        SortOrder.valueOf(parts[0].toUpperCase(Locale.ROOT)),
        SortTarget.valueOf(parts[1].toUpperCase(Locale.ROOT)),
        words.take("serializable"),
        words.take("keys"),
        words.take("count"),
        minMod,
        maxMod,
        minCreate,
        maxCreate);
  }

  private static TxnRequest txn(Words words) {
    List<Compare> compares = new ArrayList<>();
    if (words.take("if")) {
      do {
        compares.add(compare(words));
      } while (words.take("and"));
    }
    List<Operation> success = operations(words, "then");
    List<Operation> failure = operations(words, "else");
    if (!words.take("end")) {
      throw words.malformed("'end' is missing");
    }
    return new TxnRequest(compares, success, failure);
  }

  private static List<Operation> operations(Words words, String begin) {
    List<Operation> operations = new ArrayList<>();
    if (words.take(begin)) {
      do {
        operations.add(operation(words.next(), words));
      } while (words.take(","));
    }
    return operations;
  }

  private static Compare compare(Words words) {
    Compare.Target target = Compare.Target.valueOf(words.next().toUpperCase(Locale.ROOT));
    KeyRange range = range(words.next());
    String sign = words.next();
    Compare.Result result =
        switch (sign) {
          case "=" -> Compare.Result.EQUAL;
          case ">" -> Compare.Result.GREATER;
          case "<" -> Compare.Result.LESS;
          case "!=" -> Compare.Result.NOT_EQUAL;
          default -> throw words.malformed("no comparison '" + sign + "'");
        };
    Compare.Operand operand =
        target == Compare.Target.VALUE
            ? new Compare.Operand.Value(Words.bytes(words.next()))
            : new Compare.Operand.Numeric(target, words.number());
    return new Compare(result, target, range, operand);
  }

  private static String sign(Compare.Result result) {
    return switch (result) {
      case EQUAL -> "=";
      case GREATER -> ">";
      case LESS -> "<";
      case NOT_EQUAL -> "!=";
      case UNKNOWN -> "?";
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
