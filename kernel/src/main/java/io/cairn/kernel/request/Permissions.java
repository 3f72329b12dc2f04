// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.spi.auth.Access;
import io.cairn.spi.auth.AccessView;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.TxnRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request on keys needs to be allowed. Every method answers why it is refused, or null. */
public final class Permissions {
  private Permissions() {}

  /** May {@code identity} do {@code operation}? Of a transaction both branches are looked at. */
  public static @Nullable Reason refuses(
      AccessView access, Identity identity, Operation operation) {
    if (!access.enabled()) {
      return null;
    }
    return switch (operation) {
      case RangeRequest range -> access.check(identity, new Access.Read(range.range()));
      case PutRequest put -> {
        KeyRange key = KeyRange.single(put.key());
        Reason reading = put.prevKv() ? access.check(identity, new Access.Read(key)) : null;
        yield reading != null ? reading : access.check(identity, new Access.Write(key));
      }
      case DeleteRequest delete -> {
        Reason reading =
            delete.prevKv() ? access.check(identity, new Access.Read(delete.range())) : null;
        yield reading != null ? reading : access.check(identity, new Access.Write(delete.range()));
      }
      case TxnRequest txn -> {
        for (Compare compare : txn.compares()) {
          Reason refusal = access.check(identity, new Access.Read(compare.range()));
          if (refusal != null) {
            yield refusal;
          }
        }
        Reason success = refuses(access, identity, txn.success());
        yield success != null ? success : refuses(access, identity, txn.failure());
      }
      // Refused before anybody asks.
      case Operation.Missing _ -> null;
    };
  }

  /** May {@code identity} administer? */
  public static @Nullable Reason refusesToAdminister(AccessView access, Identity identity) {
    return access.enabled() ? access.check(identity, new Access.Administer()) : null;
  }

  private static @Nullable Reason refuses(
      AccessView access, Identity identity, List<Operation> operations) {
    for (Operation operation : operations) {
      Reason refusal = refuses(access, identity, operation);
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }
}
