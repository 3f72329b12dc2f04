// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests of etcd's KV service straight into the store's own requests.
 *
 * <p>Each message has a class that collects its fields, because protobuf demands more than one pass
 * could give: a field may come twice (the last one wins), and a message that is a member of a union
 * may come in parts (they are merged).
 *
 * <p><b>Failure.</b> {@link MalformedMessage}.
 */
public final class KvRequests {

  private KvRequests() {}

  /** Reads a {@code RangeRequest}. */
  public static RangeRequest range(Bytes message) {
    RangeFields fields = new RangeFields();
    fields.merge(new ProtoReader(message));
    return fields.request();
  }

  /** Reads a {@code PutRequest}. */
  public static PutRequest put(Bytes message) {
    PutFields fields = new PutFields();
    fields.merge(new ProtoReader(message));
    return fields.request();
  }

  /** Reads a {@code DeleteRangeRequest}. */
  public static DeleteRequest delete(Bytes message) {
    DeleteFields fields = new DeleteFields();
    fields.merge(new ProtoReader(message));
    return fields.request();
  }

  /** Reads a {@code TxnRequest}. */
  public static TxnRequest txn(Bytes message) {
    TxnFields fields = new TxnFields();
    fields.merge(new ProtoReader(message));
    return fields.request();
  }

  /** Reads a {@code CompactionRequest}. */
  public static CompactRequest compact(Bytes message) {
    ProtoReader in = new ProtoReader(message);
    long revision = 0;
    boolean physical = false;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 0x08 -> revision = in.int64();
        case 0x10 -> physical = in.bool();
        default -> in.skip(tag);
      }
    }
    return new CompactRequest(revision, physical);
  }

  /** What an operation of a transaction collects its fields in. */
  private interface Fields {
    void merge(ProtoReader in);

    Operation request();
  }

  private static final class RangeFields implements Fields {
    private Bytes key = Bytes.EMPTY;
    private Bytes rangeEnd = Bytes.EMPTY;
    private long limit;
    private long revision;
    private int order;
    private int target;
    private boolean serializable;
    private boolean keysOnly;
    private boolean countOnly;
    private long minModRevision;
    private long maxModRevision;
    private long minCreateRevision;
    private long maxCreateRevision;

    @Override
    public void merge(ProtoReader in) {
      for (int tag = in.tag(); tag != 0; tag = in.tag()) {
        switch (tag) {
          case 0x0a -> key = in.bytes();
          case 0x12 -> rangeEnd = in.bytes();
          case 0x18 -> limit = in.int64();
          case 0x20 -> revision = in.int64();
          case 0x28 -> order = in.int32();
          case 0x30 -> target = in.int32();
          case 0x38 -> serializable = in.bool();
          case 0x40 -> keysOnly = in.bool();
          case 0x48 -> countOnly = in.bool();
          case 0x50 -> minModRevision = in.int64();
          case 0x58 -> maxModRevision = in.int64();
          case 0x60 -> minCreateRevision = in.int64();
          case 0x68 -> maxCreateRevision = in.int64();
          default -> in.skip(tag);
        }
      }
    }

    @Override
    public RangeRequest request() {
      return new RangeRequest(
          new KeyRange(key, rangeEnd),
          limit,
          revision,
          switch (order) {
            case 0 -> RangeRequest.SortOrder.NONE;
            case 1 -> RangeRequest.SortOrder.ASCEND;
            case 2 -> RangeRequest.SortOrder.DESCEND;
            default -> RangeRequest.SortOrder.UNKNOWN;
          },
          switch (target) {
            case 0 -> RangeRequest.SortTarget.KEY;
            case 1 -> RangeRequest.SortTarget.VERSION;
            case 2 -> RangeRequest.SortTarget.CREATE;
            case 3 -> RangeRequest.SortTarget.MOD;
            case 4 -> RangeRequest.SortTarget.VALUE;
            default -> RangeRequest.SortTarget.UNKNOWN;
          },
          serializable,
          keysOnly,
          countOnly,
          minModRevision,
          maxModRevision,
          minCreateRevision,
          maxCreateRevision);
    }
  }

  private static final class PutFields implements Fields {
    private Bytes key = Bytes.EMPTY;
    private Bytes value = Bytes.EMPTY;
    private long lease;
    private boolean prevKv;
    private boolean ignoreValue;
    private boolean ignoreLease;

    @Override
    public void merge(ProtoReader in) {
      for (int tag = in.tag(); tag != 0; tag = in.tag()) {
        switch (tag) {
          case 0x0a -> key = in.bytes();
          case 0x12 -> value = in.bytes();
          case 0x18 -> lease = in.int64();
          case 0x20 -> prevKv = in.bool();
          case 0x28 -> ignoreValue = in.bool();
          case 0x30 -> ignoreLease = in.bool();
          default -> in.skip(tag);
        }
      }
    }

    @Override
    public PutRequest request() {
      return new PutRequest(key, value, lease, prevKv, ignoreValue, ignoreLease);
    }
  }

  private static final class DeleteFields implements Fields {
    private Bytes key = Bytes.EMPTY;
    private Bytes rangeEnd = Bytes.EMPTY;
    private boolean prevKv;

    @Override
    public void merge(ProtoReader in) {
      for (int tag = in.tag(); tag != 0; tag = in.tag()) {
        switch (tag) {
          case 0x0a -> key = in.bytes();
          case 0x12 -> rangeEnd = in.bytes();
          case 0x18 -> prevKv = in.bool();
          default -> in.skip(tag);
        }
      }
    }

    @Override
    public DeleteRequest request() {
      return new DeleteRequest(new KeyRange(key, rangeEnd), prevKv);
    }
  }

  private static final class TxnFields implements Fields {
    private List<Compare> compares = List.of();
    private List<Operation> success = List.of();
    private List<Operation> failure = List.of();

    @Override
    public void merge(ProtoReader in) {
      for (int tag = in.tag(); tag != 0; tag = in.tag()) {
        switch (tag) {
          case 0x0a -> compares = with(compares, compare(in));
          case 0x12 -> success = with(success, operation(in));
          case 0x1a -> failure = with(failure, operation(in));
          default -> in.skip(tag);
        }
      }
    }

    @Override
    public TxnRequest request() {
      return new TxnRequest(compares, success, failure);
    }

    /** Most lists have one element or none, so the list that can grow is made for the second. */
    private static <T> List<T> with(List<T> list, T element) {
      if (list.isEmpty()) {
        return List.of(element);
      }
      List<T> grown = list;
      if (list.size() == 1) {
        grown = new ArrayList<>(8);
        grown.add(list.getFirst());
      }
      grown.add(element);
      return grown;
    }
  }

  private static Compare compare(ProtoReader in) {
    int result = 0;
    int target = 0;
    Bytes key = Bytes.EMPTY;
    Bytes rangeEnd = Bytes.EMPTY;
    Compare.Operand operand = Compare.Operand.None.INSTANCE;
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 0x08 -> result = in.int32();
        case 0x10 -> target = in.int32();
        case 0x1a -> key = in.bytes();
        case 0x20 -> operand = new Compare.Operand.Numeric(Compare.Target.VERSION, in.int64());
        case 0x28 -> operand = new Compare.Operand.Numeric(Compare.Target.CREATE, in.int64());
        case 0x30 -> operand = new Compare.Operand.Numeric(Compare.Target.MOD, in.int64());
        case 0x3a -> operand = new Compare.Operand.Value(in.bytes());
        case 0x40 -> operand = new Compare.Operand.Numeric(Compare.Target.LEASE, in.int64());
        case 0x202 -> rangeEnd = in.bytes(); // Field 64.
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    return new Compare(
        switch (result) {
          case 0 -> Compare.Result.EQUAL;
          case 1 -> Compare.Result.GREATER;
          case 2 -> Compare.Result.LESS;
          case 3 -> Compare.Result.NOT_EQUAL;
          default -> Compare.Result.UNKNOWN;
        },
        switch (target) {
          case 0 -> Compare.Target.VERSION;
          case 1 -> Compare.Target.CREATE;
          case 2 -> Compare.Target.MOD;
          case 3 -> Compare.Target.VALUE;
          case 4 -> Compare.Target.LEASE;
          default -> Compare.Target.UNKNOWN;
        },
        new KeyRange(key, rangeEnd),
        operand);
  }

  private static Operation operation(ProtoReader in) {
    int member = 0;
    @Nullable Fields fields = null;
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag != 0x0a && tag != 0x12 && tag != 0x1a && tag != 0x22) {
        in.skip(tag);
        continue;
      }
      if (fields == null || tag != member) {
        member = tag;
        fields =
            switch (tag) {
              case 0x0a -> new RangeFields();
              case 0x12 -> new PutFields();
              case 0x1a -> new DeleteFields();
              default -> new TxnFields();
            };
      }
      int operation = in.enter();
      fields.merge(in);
      in.leave(operation);
    }
    in.leave(outer);
    return fields == null ? new Operation.Missing() : fields.request();
  }
}
