// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.FeatureLevel;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.Reason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The replicated registry of members.
 *
 * <p>Owned by the apply lane: every method that changes it runs there and adds what must be stored
 * to the caller's list, to be committed together with the applied index. What the registry decides
 * depends on the entry and on earlier entries alone. Any thread may ask for {@link #membership}.
 *
 * <p>In its table a member is stored under {@code m} and its id (8 bytes, big endian), a former one
 * under {@code r} and its id with an empty value, what it announced to run under {@code a} and its
 * id (level, 4 bytes, then the version), and under {@code version}, {@code downgrade} and {@code
 * level} stands what the cluster has agreed on.
 */
@OnLane("apply")
public final class MemberBook {
  private static final byte MEMBER = 'm';
  private static final byte REMOVED = 'r';
  private static final Bytes CLUSTER_VERSION = Bytes.utf8("version");
  private static final Bytes DOWNGRADE_TARGET = Bytes.utf8("downgrade");
  private static final byte ANNOUNCED = 'a';
  private static final Bytes LEVEL = Bytes.utf8("level");
  private static final int ID_KEY_LENGTH = 1 + Long.BYTES;

  /** Is told of changes, on the apply lane; must be short. */
  @FunctionalInterface
  public interface Listener {
    /** The registry is {@code after} now. */
    void changed(Membership before, Membership after);
  }

  private final int newestLevel;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  // Written by the apply lane only; any thread reads one immutable value.
  private volatile Membership membership = Membership.EMPTY;

  /** The registry of this release. */
  public MemberBook() {
    this(FeatureLevel.NEWEST);
  }

  /** The registry of a release that knows levels up to {@code newestLevel}. */
  MemberBook(int newestLevel) {
    this.newestLevel = newestLevel;
  }

  /** Adds a listener, which hears of the next change. */
  @OnLane("any")
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** The registry as of the last entry applied. Any thread. */
  @OnLane("any")
  public Membership membership() {
    return membership;
  }

  /** Takes over what {@code view} holds, at start. */
  public void load(StorageView view) {
    Membership read = read(view);
    requireKnown(read.level());
    become(read);
  }

  /** Takes over what {@code other} holds, when a state was installed. */
  public void become(MemberBook other) {
    become(other.membership);
  }

  /** The registry that {@code view} holds. */
  @OnLane("any")
  public static Membership read(StorageView view) {
    List<Member> members = new ArrayList<>();
    List<Long> removed = new ArrayList<>();
    String version = "";
    String target = "";
    int level = FeatureLevel.OLDEST;
    List<Membership.Release> releases = new ArrayList<>();
    try (Cursor cursor = view.scan(Tables.MEMBERS, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        Bytes key = cursor.key();
        if (key.equals(CLUSTER_VERSION)) {
          version = cursor.value().toUtf8();
        } else if (key.equals(DOWNGRADE_TARGET)) {
          target = cursor.value().toUtf8();
        } else if (key.equals(LEVEL)) {
          level = cursor.value().asByteBuffer().getInt();
        } else {
          InvariantViolation.check(
              key.length() == ID_KEY_LENGTH, "a key of the member table is a kind and an id");
          long id = key.asByteBuffer().getLong(1);
          switch (key.byteAt(0)) {
            case MEMBER -> members.add(MemberFormat.decode(id, cursor.value()));
            case REMOVED -> removed.add(id);
            case ANNOUNCED -> releases.add(release(id, cursor.value()));
            default ->
                throw new InvariantViolation("the member table has a key of an unknown kind");
          }
        }
      }
    }
    return new Membership(members, removed, version, target, releases, level);
  }

  /**
   * Applies a configuration entry.
   *
   * @return null if the change takes effect, else why it does not; every member decides alike
   */
  public @Nullable Reason apply(ConfigurationChange entry, List<Mutation> batch) {
    MemberChange change = MemberChange.decode(entry);
    Reason refusal = refuses(change);
    if (refusal != null) {
      return refusal;
    }
    long id = change.member().id();
    switch (change.kind()) {
      case ADD_VOTER, ADD_LEARNER -> store(change.member(), batch);
      case PROMOTE -> store(withVote(require(id)), batch);
      case UPDATE -> store(withPeerUrls(require(id), change.member().peerUrls()), batch);
      case REMOVE -> {
        batch.add(new Mutation.Delete(Tables.MEMBERS, key(MEMBER, id)));
        batch.add(new Mutation.Delete(Tables.MEMBERS, key(ANNOUNCED, id)));
        batch.add(new Mutation.Put(Tables.MEMBERS, key(REMOVED, id), Bytes.EMPTY));
        become(membership.withRemoved(id));
      }
    }
    return null;
  }

  /** Why the registry would refuse {@code change} now, or null. Any thread may ask. */
  @OnLane("any")
  @Nullable Reason refuses(MemberChange change) {
    Membership now = membership;
    long id = change.member().id();
    if (now.isRemoved(id)) {
      return new Reason.MemberNotFound();
    }
    Member present = now.findMember(id).orElse(null);
    return switch (change.kind()) {
      case ADD_VOTER, ADD_LEARNER -> refusesToAdd(now, change, present != null);
      case PROMOTE ->
          present == null
              ? new Reason.MemberNotFound()
              : present.learner() ? null : new Reason.MemberNotLearner();
      case UPDATE ->
          present == null
              ? new Reason.MemberNotFound()
              : now.isTaken(change.member().peerUrls(), id) ? new Reason.PeerUrlExists() : null;
      case REMOVE -> {
        if (present == null) {
          yield new Reason.MemberNotFound();
        }
        // Without voters there would be nobody left to agree on anything.
        boolean lastVoter = !present.learner() && now.voters().size() == 1;
        yield lastVoter ? new Reason.NotEnoughStarted() : null;
      }
    };
  }

  private static @Nullable Reason refusesToAdd(
      Membership now, MemberChange change, boolean present) {
    if (present) {
      return new Reason.MemberExists();
    }
    if (now.isTaken(change.member().peerUrls(), change.member().id())) {
      return new Reason.PeerUrlExists();
    }
    if (change.member().learner() && now.learners().size() >= change.learnersMax()) {
      return new Reason.TooManyLearners();
    }
    return null;
  }

  /**
   * Notes what a member says about itself when it has started.
   *
   * @return false if there is no such member (any more), which changes nothing
   */
  public boolean publish(Command.MemberAttributes attributes, List<Mutation> batch) {
    long id = attributes.memberId();
    Member present = membership.findMember(id).orElse(null);
    if (present == null) {
      return false;
    }
    Membership.Release release =
        new Membership.Release(id, attributes.version(), attributes.featureLevel());
    batch.add(new Mutation.Put(Tables.MEMBERS, key(ANNOUNCED, id), encode(release)));
    become(membership.with(release));
    store(
        new Member(
            id, attributes.name(), present.peerUrls(), attributes.clientUrls(), present.learner()),
        batch);
    return true;
  }

  /**
   * Takes the cluster to a higher level; a lower one changes nothing.
   *
   * @throws IllegalStateException if this release does not know it
   */
  public void raiseLevel(int level, List<Mutation> batch) {
    requireKnown(level);
    if (level > membership.level()) {
      batch.add(
          new Mutation.Put(
              Tables.MEMBERS,
              LEVEL,
              Bytes.of(ByteBuffer.allocate(Integer.BYTES).putInt(level).array())));
      become(membership.withLevel(level));
    }
  }

  private void requireKnown(int level) {
    if (level > newestLevel) {
      throw new IllegalStateException(
          ("the cluster has gone on to feature level %d; this release knows levels up to %d. Start"
                  + " a newer release")
              .formatted(level, newestLevel));
    }
  }

  private static Bytes encode(Membership.Release release) {
    Bytes version = Bytes.utf8(release.version());
    ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + version.length());
    out.putInt(release.level()).put(version.asByteBuffer());
    return Bytes.of(out.array());
  }

  private static Membership.Release release(long id, Bytes stored) {
    return new Membership.Release(
        id, stored.slice(Integer.BYTES, stored.length()).toUtf8(), stored.asByteBuffer().getInt());
  }

  /** Notes the version that the members have agreed on. */
  public void agreeOnVersion(String version, List<Mutation> batch) {
    batch.add(new Mutation.Put(Tables.MEMBERS, CLUSTER_VERSION, Bytes.utf8(version)));
    become(membership.withClusterVersion(version));
  }

  /** Notes that the cluster prepares to go back to {@code target}; empty to give that up. */
  public void prepareDowngrade(String target, List<Mutation> batch) {
    batch.add(
        target.isEmpty()
            ? new Mutation.Delete(Tables.MEMBERS, DOWNGRADE_TARGET)
            : new Mutation.Put(Tables.MEMBERS, DOWNGRADE_TARGET, Bytes.utf8(target)));
    become(membership.withDowngradeTarget(target));
  }

  private Member require(long id) {
    return membership
        .findMember(id)
        .orElseThrow(() -> new InvariantViolation("an accepted change concerns a member"));
  }

  private void store(Member member, List<Mutation> batch) {
    batch.add(
        new Mutation.Put(Tables.MEMBERS, key(MEMBER, member.id()), MemberFormat.encode(member)));
    become(membership.with(member));
  }

  private void become(Membership next) {
    Membership before = membership;
    membership = next;
    for (Listener listener : listeners) {
      listener.changed(before, next);
    }
  }

  private static Member withVote(Member member) {
    return new Member(member.id(), member.name(), member.peerUrls(), member.clientUrls(), false);
  }

  private static Member withPeerUrls(Member member, List<String> peerUrls) {
    return new Member(member.id(), member.name(), peerUrls, member.clientUrls(), member.learner());
  }

  private static Bytes key(byte kind, long id) {
    return Bytes.of(ByteBuffer.allocate(ID_KEY_LENGTH).put(kind).putLong(id).array());
  }
}
