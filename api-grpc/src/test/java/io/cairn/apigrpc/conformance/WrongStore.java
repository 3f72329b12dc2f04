// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.conformance;

import io.cairn.spi.store.AuthService;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import io.cairn.spi.store.WatchService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a transport that is wrong in one way makes of requests and results. */
record WrongStore(Flaw flaw, StoreService right) implements StoreService {
  @Override
  public KvService kv() {
    return new WrongKeys(flaw, right.kv());
  }

  @Override
  public WatchService watch() {
    return right.watch();
  }

  @Override
  public LeaseService lease() {
    return right.lease();
  }

  @Override
  public ClusterService cluster() {
    return right.cluster();
  }

  @Override
  public MaintenanceService maintenance() {
    return right.maintenance();
  }

  @Override
  public AuthService auth() {
    return right.auth();
  }

  private record WrongKeys(Flaw flaw, KvService right) implements KvService {
    private Caller seen(Caller caller) {
      return flaw == Flaw.T1_LOSES_WHO_ASKS
          ? new Caller(null, null, false, false, caller.call())
          : caller;
    }

    @Override
    public CompletionStage<RangeResult> range(Caller caller, RangeRequest request) {
      return right
          .range(seen(caller), request)
          .thenApply(result ->
              flaw == Flaw.T1_CUTS_LONG_RANGES && result.kvs().size() > 1
                  ? new RangeResult(
                      result.header(), result.kvs().subList(0, 1), true, result.count())
                  : result);
    }

    @Override
    public CompletionStage<PutResult> put(Caller caller, PutRequest request) {
      if (flaw == Flaw.T1_REFUSES_EMPTY_KEYS_ITSELF && request.key().isEmpty()) {
        return CompletableFuture.failedStage(new StoreException(new Reason.KeyMissing()));
      }
      return right.put(
          seen(caller),
          new PutRequest(
              request.key(),
              request.value(),
              flaw == Flaw.T1_LOSES_THE_LEASE ? 0 : request.lease(),
              request.prevKv(),
              request.ignoreValue(),
              request.ignoreLease()));
    }

    @Override
    public CompletionStage<RangeStream> rangeStream(Caller caller, RangeRequest request) {
      return right.rangeStream(caller, request);
    }

    @Override
    public CompletionStage<DeleteResult> delete(Caller caller, DeleteRequest request) {
      return right.delete(caller, request);
    }

    @Override
    public CompletionStage<TxnResult> txn(Caller caller, TxnRequest request) {
      return right.txn(caller, request);
    }

    @Override
    public CompletionStage<HeaderResult> compact(Caller caller, CompactRequest request) {
      return right.compact(caller, request);
    }
  }
}
