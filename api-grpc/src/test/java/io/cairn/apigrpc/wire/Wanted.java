// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Compare.Operand;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;

/** What generated messages mean in the store's terms; slow and plain, to be compared with. */
final class Wanted {

  private Wanted() {}

  static io.cairn.spi.store.RangeRequest range(RangeRequest message) {
    return new io.cairn.spi.store.RangeRequest(
        new KeyRange(bytes(message.getKey()), bytes(message.getRangeEnd())),
        message.getLimit(),
        message.getRevision(),
        switch (message.getSortOrder()) {
          case NONE -> io.cairn.spi.store.RangeRequest.SortOrder.NONE;
          case ASCEND -> io.cairn.spi.store.RangeRequest.SortOrder.ASCEND;
          case DESCEND -> io.cairn.spi.store.RangeRequest.SortOrder.DESCEND;
          case UNRECOGNIZED -> io.cairn.spi.store.RangeRequest.SortOrder.UNKNOWN;
        },
        switch (message.getSortTarget()) {
          case KEY -> io.cairn.spi.store.RangeRequest.SortTarget.KEY;
          case VERSION -> io.cairn.spi.store.RangeRequest.SortTarget.VERSION;
          case CREATE -> io.cairn.spi.store.RangeRequest.SortTarget.CREATE;
          case MOD -> io.cairn.spi.store.RangeRequest.SortTarget.MOD;
          case VALUE -> io.cairn.spi.store.RangeRequest.SortTarget.VALUE;
          case UNRECOGNIZED -> io.cairn.spi.store.RangeRequest.SortTarget.UNKNOWN;
        },
        message.getSerializable(),
        message.getKeysOnly(),
        message.getCountOnly(),
        message.getMinModRevision(),
        message.getMaxModRevision(),
        message.getMinCreateRevision(),
        message.getMaxCreateRevision());
  }

  static io.cairn.spi.store.PutRequest put(PutRequest message) {
    return new io.cairn.spi.store.PutRequest(
        bytes(message.getKey()),
        bytes(message.getValue()),
        message.getLease(),
        message.getPrevKv(),
        message.getIgnoreValue(),
        message.getIgnoreLease());
  }

  static DeleteRequest delete(DeleteRangeRequest message) {
    return new DeleteRequest(
        new KeyRange(bytes(message.getKey()), bytes(message.getRangeEnd())), message.getPrevKv());
  }

  static CompactRequest compact(CompactionRequest message) {
    return new CompactRequest(message.getRevision(), message.getPhysical());
  }

  static io.cairn.spi.store.TxnRequest txn(TxnRequest message) {
    return new io.cairn.spi.store.TxnRequest(
        message.getCompareList().stream().map(Wanted::compare).toList(),
        message.getSuccessList().stream().map(Wanted::operation).toList(),
        message.getFailureList().stream().map(Wanted::operation).toList());
  }

  static WatchCommand watch(WatchRequest message) {
    return switch (message.getRequestUnionCase()) {
      case CREATE_REQUEST -> new WatchCommand.Create(create(message.getCreateRequest()));
      case CANCEL_REQUEST -> new WatchCommand.Cancel(message.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> new WatchCommand.Progress();
      case REQUESTUNION_NOT_SET -> new WatchCommand.Nothing();
    };
  }

  private static io.cairn.spi.store.WatchRequest create(WatchCreateRequest message) {
    return new io.cairn.spi.store.WatchRequest(
        bytes(message.getKey()),
        bytes(message.getRangeEnd()),
        message.getStartRevision(),
        message.getProgressNotify(),
        message.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT),
        message.getFiltersList().contains(WatchCreateRequest.FilterType.NODELETE),
        message.getPrevKv(),
        message.getWatchId(),
        message.getFragment());
  }

  private static Operation operation(RequestOp message) {
    return switch (message.getRequestCase()) {
      case REQUEST_RANGE -> range(message.getRequestRange());
      case REQUEST_PUT -> put(message.getRequestPut());
      case REQUEST_DELETE_RANGE -> delete(message.getRequestDeleteRange());
      case REQUEST_TXN -> txn(message.getRequestTxn());
      case REQUEST_NOT_SET -> new Operation.Missing();
    };
  }

  private static io.cairn.spi.store.Compare compare(Compare message) {
    return new io.cairn.spi.store.Compare(
        switch (message.getResult()) {
          case EQUAL -> io.cairn.spi.store.Compare.Result.EQUAL;
          case GREATER -> io.cairn.spi.store.Compare.Result.GREATER;
          case LESS -> io.cairn.spi.store.Compare.Result.LESS;
          case NOT_EQUAL -> io.cairn.spi.store.Compare.Result.NOT_EQUAL;
          case UNRECOGNIZED -> io.cairn.spi.store.Compare.Result.UNKNOWN;
        },
        switch (message.getTarget()) {
          case VERSION -> io.cairn.spi.store.Compare.Target.VERSION;
          case CREATE -> io.cairn.spi.store.Compare.Target.CREATE;
          case MOD -> io.cairn.spi.store.Compare.Target.MOD;
          case VALUE -> io.cairn.spi.store.Compare.Target.VALUE;
          case LEASE -> io.cairn.spi.store.Compare.Target.LEASE;
          case UNRECOGNIZED -> io.cairn.spi.store.Compare.Target.UNKNOWN;
        },
        new KeyRange(bytes(message.getKey()), bytes(message.getRangeEnd())),
        switch (message.getTargetUnionCase()) {
          case VERSION ->
              new Operand.Numeric(io.cairn.spi.store.Compare.Target.VERSION, message.getVersion());
          case CREATE_REVISION ->
              new Operand.Numeric(
                  io.cairn.spi.store.Compare.Target.CREATE, message.getCreateRevision());
          case MOD_REVISION ->
              new Operand.Numeric(io.cairn.spi.store.Compare.Target.MOD, message.getModRevision());
          case VALUE -> new Operand.Value(bytes(message.getValue()));
          case LEASE ->
              new Operand.Numeric(io.cairn.spi.store.Compare.Target.LEASE, message.getLease());
          case TARGETUNION_NOT_SET -> Operand.None.INSTANCE;
        });
  }

  private static Bytes bytes(ByteString field) {
    return Bytes.of(field.toByteArray());
  }
}
