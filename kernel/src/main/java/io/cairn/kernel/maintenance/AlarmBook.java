// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The alarms that are raised: replicated, kept over restarts, ended only by command.
 *
 * <p>Owned by the apply lane: methods that change the book run there and add what must be stored to
 * the caller's list. Any thread may ask what is raised.
 *
 * <p>An alarm is stored under its kind (1 no space, 2 corrupt) and member id (8 bytes, big endian).
 */
@OnLane("apply")
public final class AlarmBook {
  private static final Comparator<Alarm> ORDER =
      Comparator.comparing(Alarm::kind).thenComparing(Alarm::memberId, Long::compareUnsigned);

  /** An immutable state of the book, with the two questions every write asks answered already. */
  private record Raised(List<Alarm> alarms, boolean noSpace, boolean corrupt) {
    static Raised of(List<Alarm> alarms) {
      return new Raised(
          alarms.stream().sorted(ORDER).toList(),
          alarms.stream().anyMatch(alarm -> alarm.kind() == Alarm.Kind.NOSPACE),
          alarms.stream().anyMatch(alarm -> alarm.kind() == Alarm.Kind.CORRUPT));
    }
  }

  // Written by the apply lane only; any thread reads one immutable value.
  private volatile Raised raised = Raised.of(List.of());

  /** Takes over what {@code view} holds. */
  public void load(StorageView view) {
    raised = Raised.of(read(view));
  }

  /** Takes over what {@code other} holds. */
  public void become(AlarmBook other) {
    raised = other.raised;
  }

  /** The alarms that {@code view} holds, by kind and member. */
  @OnLane("any")
  public static List<Alarm> read(StorageView view) {
    List<Alarm> alarms = new ArrayList<>();
    try (Cursor cursor = view.scan(Tables.ALARMS, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        ByteBuffer key = cursor.key().asByteBuffer();
        InvariantViolation.check(
            key.remaining() == 1 + Long.BYTES, "a key of the alarm table is a kind and an id");
        alarms.add(new Alarm(key.getLong(1), kind(key.get(0))));
      }
    }
    return alarms;
  }

  /** Whether any member has reached its quota. Any thread. */
  @OnLane("any")
  public boolean isNoSpace() {
    return raised.noSpace;
  }

  /** Whether members are known to disagree. Any thread. */
  @OnLane("any")
  public boolean isCorrupt() {
    return raised.corrupt;
  }

  /** The alarms of {@code kind}, all for {@link Alarm.Kind#NONE}. Any thread. */
  @OnLane("any")
  public List<Alarm> list(Alarm.Kind kind) {
    List<Alarm> all = raised.alarms;
    return kind == Alarm.Kind.NONE
        ? all
        : all.stream().filter(alarm -> alarm.kind() == kind).toList();
  }

  /**
   * Does what an alarm command asks for.
   *
   * @return the alarms that it concerned: those listed, raised (again, maybe) or ended
   */
  public List<Alarm> apply(Alarm.Action action, Alarm alarm, List<Mutation> batch) {
    return switch (action) {
      case GET -> list(alarm.kind());
      case ACTIVATE -> raise(alarm, batch);
      case DEACTIVATE -> end(alarm, batch);
      // Refused before it is proposed; a later release may know more, but not at this level.
      case UNKNOWN -> List.of();
    };
  }

  private List<Alarm> raise(Alarm alarm, List<Mutation> batch) {
    if (code(alarm.kind()) == 0) {
      return List.of();
    }
    List<Alarm> now = raised.alarms;
    if (!now.contains(alarm)) {
      batch.add(new Mutation.Put(Tables.ALARMS, key(alarm), Bytes.EMPTY));
      List<Alarm> next = new ArrayList<>(now);
      next.add(alarm);
      raised = Raised.of(next);
    }
    return List.of(alarm);
  }

  private List<Alarm> end(Alarm alarm, List<Mutation> batch) {
    List<Alarm> now = raised.alarms;
    if (!now.contains(alarm)) {
      return List.of();
    }
    batch.add(new Mutation.Delete(Tables.ALARMS, key(alarm)));
    raised = Raised.of(now.stream().filter(other -> !other.equals(alarm)).toList());
    return List.of(alarm);
  }

  private static Bytes key(Alarm alarm) {
    return Bytes.of(
        ByteBuffer.allocate(1 + Long.BYTES)
            .put((byte) code(alarm.kind()))
            .putLong(alarm.memberId())
            .array());
  }

  /** etcd's number of a kind, 0 for what cannot be raised. */
  static int code(Alarm.Kind kind) {
    return switch (kind) {
      case NONE, UNKNOWN -> 0;
      case NOSPACE -> 1;
      case CORRUPT -> 2;
    };
  }

  private static Alarm.Kind kind(byte code) {
    return switch (code) {
      case 1 -> Alarm.Kind.NOSPACE;
      case 2 -> Alarm.Kind.CORRUPT;
      default -> throw new InvariantViolation("the alarm table has an alarm of an unknown kind");
    };
  }
}
