// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.Command.AlarmCommand;
import io.cairn.kernel.command.Command.ClusterVersion;
import io.cairn.kernel.command.Command.Compaction;
import io.cairn.kernel.command.Command.DeleteRange;
import io.cairn.kernel.command.Command.DowngradeInfo;
import io.cairn.kernel.command.Command.LeaseCheckpoint;
import io.cairn.kernel.command.Command.LeaseGrant;
import io.cairn.kernel.command.Command.LeaseRevoke;
import io.cairn.kernel.command.Command.MemberAttributes;
import io.cairn.kernel.command.Command.Put;
import io.cairn.kernel.command.Command.RaiseLevel;
import io.cairn.kernel.command.Command.Txn;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.request.Permissions;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each command does, or why it is refused: the rules of the store, as a function of the entry
 * and of what earlier entries have left. Alarms come before permissions, permissions before what
 * the operation itself has to say.
 */
@OnLane("apply")
final class CommandExecution {
  private final KeySpace keys;
  private final ReplicatedState.Books books;
  private final Standing standing;

  CommandExecution(KeySpace keys, ReplicatedState.Books books, Standing standing) {
    this.keys = keys;
    this.books = books;
    this.standing = standing;
  }

  /**
   * Carries out {@code command} in the private key space and the books.
   *
   * @param entry what it came in; its index and term are known to every member
   * @param mutations gets what is to be stored beside the key space
   * @return the answer
   * @throws StoreException if the command is refused, in which case it has changed nothing
   */
  Object execute(
      Command<?> command, Identity identity, CommittedEntry entry, List<Mutation> mutations) {
    return switch (command) {
      case Put(PutRequest put) -> {
        refuseWhileCorrupt();
        refuseWhileNoSpace();
        refuseUnlessPermitted(identity, put);
        keys.check(put);
        yield keys.put(put, header(keys.revision() + 1));
      }
      case DeleteRange(var delete) -> {
        refuseWhileCorrupt();
        refuseUnlessPermitted(identity, delete);
        yield keys.delete(delete, this::header);
      }
      case Txn(TxnRequest txn) -> {
        refuseWhileCorrupt();
        if (puts(txn)) {
          refuseWhileNoSpace();
        }
        refuseUnlessPermitted(identity, txn);
        yield new TxnExecution(keys).run(txn, this::header);
      }
      case Compaction(var compaction) -> {
        refuseWhileCorrupt();
        refuse(Permissions.refusesToAdminister(books.access().view(), identity));
        keys.compact(compaction.revision());
        yield new HeaderResult(header(keys.revision()));
      }
      case LeaseGrant(long id, long ttlSeconds) -> {
        refuseWhileCorrupt();
        refuseWhileNoSpace();
        LeaseBook.Lease lease = books.leases().grant(id, ttlSeconds, entry.index(), mutations);
        yield new LeaseService.Granted(header(keys.revision()), id, lease.ttlSeconds());
      }
      case LeaseRevoke(long id, long decidedInTerm, long grantIndex) -> {
        refuseWhileCorrupt();
        if (decidedInTerm != 0 && decidedInTerm != entry.term()) {
          throw new StoreException(new Reason.NotPrimaryLessor());
        }
        LeaseBook.Lease lease = books.leases().findLease(id);
        if (grantIndex != 0 && lease != null && lease.grantIndex() != grantIndex) {
          throw new StoreException(new Reason.LeaseNotFound());
        }
        for (Bytes key : books.leases().revoke(id, mutations)) {
          keys.delete(key);
        }
        yield new HeaderResult(header(keys.visibleRevision()));
      }
      case LeaseCheckpoint(var leases) -> {
        for (LeaseCheckpoint.Remaining lease : leases) {
          books.leases().checkpoint(lease.id(), lease.ttlSeconds(), mutations);
        }
        yield new HeaderResult(header(keys.revision()));
      }
      case AlarmCommand(var action, var alarm) ->
          new MaintenanceService.Alarms(
              header(keys.revision()), books.alarms().apply(action, alarm, mutations));
      case MemberAttributes attributes -> {
        if (!books.members().publish(attributes, mutations)) {
          throw new StoreException(new Reason.MemberNotFound());
        }
        yield new HeaderResult(header(keys.revision()));
      }
      case RaiseLevel(int level) -> {
        books.members().raiseLevel(level, mutations);
        yield new HeaderResult(header(keys.revision()));
      }
      case ClusterVersion(var version) -> {
        books.members().agreeOnVersion(version, mutations);
        yield new HeaderResult(header(keys.revision()));
      }
      case DowngradeInfo(var target) -> {
        books.members().prepareDowngrade(target, mutations);
        yield new HeaderResult(header(keys.revision()));
      }
    };
  }

  private ResponseHeader header(long revision) {
    return standing.header(revision);
  }

  private void refuseWhileCorrupt() {
    if (books.alarms().isCorrupt()) {
      throw new StoreException(new Reason.CorruptCluster());
    }
  }

  private void refuseWhileNoSpace() {
    if (books.alarms().isNoSpace()) {
      throw new StoreException(new Reason.NoSpace());
    }
  }

  private void refuseUnlessPermitted(Identity identity, Operation operation) {
    refuse(Permissions.refuses(books.access().view(), identity, operation));
  }

  private static void refuse(@Nullable Reason reason) {
    if (reason != null) {
      throw new StoreException(reason);
    }
  }

  /** Whether a transaction has a put in either branch, at any depth. */
  private static boolean puts(TxnRequest txn) {
    return puts(txn.success()) || puts(txn.failure());
  }

  private static boolean puts(List<Operation> operations) {
    for (Operation operation : operations) {
      if (operation instanceof PutRequest || (operation instanceof TxnRequest txn && puts(txn))) {
        return true;
      }
    }
    return false;
  }
}
