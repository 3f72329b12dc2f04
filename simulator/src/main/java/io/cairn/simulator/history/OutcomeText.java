// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes as lines that people can read and write; what a word means depends on the call.
 *
 * <pre>
 * ok REVISION ...
 *    put:     [KV]                        the previous one
 *    get:     count=N [more] KV ...
 *    delete:  N KV ...                    the previous ones
 *    txn:     yes|no REVISION ... , REVISION ... end
 *    grant:   ID TTL
 *    keep-alive: TTL
 * no REASON [NUMBER]
 * unknown WHY
 * </pre>
 *
 * <p>A key-value is {@code key=value/create/mod/version/lease}.
 */
public final class OutcomeText {
  private OutcomeText() {}

  /** Writes an outcome. */
  public static String format(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Ok(Object response) -> "ok " + response(response);
      case Outcome.No(Reason.Compacted(long floor)) -> "no Compacted " + floor;
      case Outcome.No(Reason reason) -> "no " + reason.getClass().getSimpleName();
      case Outcome.Unknown(String why) -> "unknown " + why;
    };
  }

  /**
   * Reads the outcome of a call.
   *
   * @param clusterId what the header of a response says
   * @param memberId likewise
   */
  public static Outcome parse(Call call, String line, long clusterId, long memberId) {
    Words words = new Words(line);
    String verb = words.next();
    return switch (verb) {
      case "ok" -> {
        ResponseHeader header = new ResponseHeader(clusterId, memberId, words.number(), 0);
        yield new Outcome.Ok(response(call, header, words));
      }
      case "no" -> new Outcome.No(reason(words));
      case "unknown" -> new Outcome.Unknown(line.substring("unknown".length()).strip());
      default -> throw words.malformed("no outcome '" + verb + "'");
    };
  }

  /** Writes a key-value. */
  public static String keyValue(Bytes encoded) {
    KeyValue kv = KeyValueFormat.decode(encoded);
    return Words.word(kv.key())
        + "="
        + Words.word(kv.value())
        + "/"
        + kv.createRevision()
        + "/"
        + kv.modRevision()
        + "/"
        + kv.version()
        + "/"
        + kv.lease();
  }

  /** Reads a key-value. */
  public static Bytes keyValue(String word) {
    int equals = word.indexOf('=');
    String[] parts = word.substring(equals + 1).split("/", -1);
    return KeyValueFormat.encode(
        new KeyValue(
            Words.bytes(word.substring(0, equals)),
            Long.parseLong(parts[1]),
            Long.parseLong(parts[2]),
            Long.parseLong(parts[3]),
            Words.bytes(parts[0]),
            parts.length > 4 ? Long.parseLong(parts[4]) : 0));
  }

  private static String response(Object response) {
    StringBuilder out = new StringBuilder();
    switch (response) {
      case OperationResult result -> append(out, result);
      case HeaderResult result -> out.append(result.header().revision());
      case LeaseService.Granted result ->
          out.append(result.header().revision())
              .append(' ')
              .append(result.id())
              .append(' ')
              .append(result.ttlSeconds());
      case LeaseService.KeptAlive result ->
          out.append(result.header().revision()).append(' ').append(result.ttlSeconds());
      default -> throw new IllegalArgumentException("not a response: " + response);
    }
    return out.toString();
  }

  private static void append(StringBuilder out, OperationResult result) {
    out.append(result.header().revision());
    switch (result) {
      case PutResult put -> {
        Bytes previous = put.prevKv();
        out.append(previous == null ? "" : " " + keyValue(previous));
      }
      case RangeResult range -> {
        out.append(" count=").append(range.count()).append(range.more() ? " more" : "");
        range.kvs().forEach(kv -> out.append(' ').append(keyValue(kv)));
      }
      case DeleteResult delete -> {
        out.append(' ').append(delete.deleted());
        delete.prevKvs().forEach(kv -> out.append(' ').append(keyValue(kv)));
      }
      case TxnResult txn -> {
        out.append(txn.succeeded() ? " yes" : " no");
        for (int i = 0; i < txn.results().size(); i++) {
          out.append(i == 0 ? " " : " , ");
          append(out, txn.results().get(i));
        }
        out.append(" end");
      }
    }
  }

  private static Object response(Call call, ResponseHeader header, Words words) {
    return switch (call) {
      case Call.Range(RangeRequest range) -> result(range, header, words);
      case Call.Put(PutRequest put) -> result(put, header, words);
      case Call.Delete(DeleteRequest delete) -> result(delete, header, words);
      case Call.Txn(TxnRequest txn) -> result(txn, header, words);
      case Call.Compact _, Call.Revoke _ -> new HeaderResult(header);
      case Call.Grant _ -> new LeaseService.Granted(header, words.number(), words.number());
      case Call.KeepAlive(long id) -> new LeaseService.KeptAlive(header, id, words.number());
    };
  }

  private static OperationResult result(Operation operation, ResponseHeader header, Words words) {
    return switch (operation) {
      case PutRequest _ -> {
        List<Bytes> previous = keyValues(words);
        yield new PutResult(header, previous.isEmpty() ? null : previous.getFirst());
      }
      case RangeRequest _ -> {
        String count = words.option("count");
        boolean more = words.take("more");
        List<Bytes> kvs = keyValues(words);
        yield new RangeResult(
            header, kvs, more, count == null ? kvs.size() : Long.parseLong(count));
      }
      case DeleteRequest _ -> new DeleteResult(header, words.number(), keyValues(words));
      case TxnRequest txn -> {
        boolean succeeded = words.next().equals("yes");
        List<OperationResult> results = new ArrayList<>();
        for (Operation inner : succeeded ? txn.success() : txn.failure()) {
          if (!results.isEmpty() && !words.take(",")) {
            throw words.malformed("a result is missing");
          }
          results.add(result(inner, ResponseHeader.ofRevision(words.number()), words));
        }
        if (!words.take("end")) {
          throw words.malformed("'end' is missing");
        }
        yield new TxnResult(header, succeeded, results);
      }
      case Operation.Missing _ -> throw words.malformed("an operation is missing");
    };
  }

  private static List<Bytes> keyValues(Words words) {
    List<Bytes> found = new ArrayList<>();
    @Nullable String word = words.peek();
    while (word != null && word.contains("=") && word.contains("/")) {
      found.add(keyValue(words.next()));
      word = words.peek();
    }
    return found;
  }

  private static Reason reason(Words words) {
    String name = words.next();
    if (name.equals("Compacted")) {
      return new Reason.Compacted(words.number());
    }
    for (Class<?> type : Reason.class.getPermittedSubclasses()) {
      if (type.getSimpleName().equals(name) && type.getRecordComponents().length == 0) {
        return instance(type);
      }
    }
    throw words.malformed("no reason '" + name + "'");
  }

  private static Reason instance(Class<?> type) {
    try {
      return (Reason) type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot make a " + type, e);
    }
  }
}
