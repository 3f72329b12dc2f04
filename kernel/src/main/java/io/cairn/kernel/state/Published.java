// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.environment.ThreadSafe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one place where applied work becomes visible.
 *
 * <p>{@link #publish} is called by the apply lane alone. Listeners run there after the state is
 * visible and before anybody is answered, so they must be short.
 */
@ThreadSafe
public final class Published {
  /** Is told of every state. */
  @FunctionalInterface
  public interface Listener {
    /** {@code after} is visible now; {@code before} was until now. Apply lane. */
    void published(State before, State after);
  }

  private record Waiter(long index, Consumer<State> action) {}

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  // Guarded by itself; taken by readers that wait for an index and by publish when some do.
  private final PriorityQueue<Waiter> waiters =
      new PriorityQueue<>(Comparator.comparingLong(Waiter::index));
  // Written under the lock of `waiters`, read without: publish sees a waiter added before it
  // looked,
  // and a waiter added later looks at the state itself.
  private volatile boolean anyWaiters;
  // Written by the apply lane only; one volatile store makes everything the state refers to
  // visible.
  private volatile State state;

  /** Begins with what was recovered. */
  public Published(State recovered) {
    this.state = recovered;
  }

  /** The newest state. */
  public State state() {
    return state;
  }

  /** Adds a listener. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Makes {@code next} visible, tells the listeners, then runs who waited for its index. */
  public void publish(State next) {
    show(next);
    release();
  }

  /**
   * The first part of {@link #publish}, for a caller that holds a lock nobody else needs to wait
   * for.
   */
  public void show(State next) {
    State before = state;
    state = next;
    for (Listener listener : listeners) {
      listener.published(before, next);
    }
  }

  /**
   * Puts another form of the present content in its place, such as an index that has been trimmed.
   * Nobody is told, since there is nothing new.
   */
  public void replace(State next) {
    state = next;
  }

  /** The second part of {@link #publish}. */
  public void release() {
    if (anyWaiters) {
      release(state);
    }
  }

  /**
   * Runs {@code action} with a state that holds the effects of {@code index}: now, on this thread,
   * if there is one, else on the apply lane. It must be short.
   */
  public void whenApplied(long index, Consumer<State> action) {
    State now = state;
    if (now.appliedIndex() < index) {
      synchronized (waiters) {
        anyWaiters = true;
        now = state;
        if (now.appliedIndex() < index) {
          waiters.add(new Waiter(index, action));
          return;
        }
        anyWaiters = !waiters.isEmpty();
      }
    }
    action.accept(now);
  }

  private void release(State reached) {
    List<Waiter> ready = new ArrayList<>();
    synchronized (waiters) {
      @Nullable Waiter next = waiters.peek();
      while (next != null && next.index() <= reached.appliedIndex()) {
        ready.add(waiters.remove());
        next = waiters.peek();
      }
      anyWaiters = !waiters.isEmpty();
    }
    for (Waiter waiter : ready) {
      waiter.action().accept(reached);
    }
  }
}
