// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.kernel.directory.EngineHome;
import io.cairn.spi.storage.StorageEngine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The engines of a member without a disk. */
public final class MemoryEngines implements EngineHome {
  /** What has happened, in order. */
  public final List<String> happened = new ArrayList<>();

  private @Nullable CrashingEngine next;
  private @Nullable CrashingEngine installed;

  /** The engine of the state that was installed last. */
  public CrashingEngine installed() {
    if (installed == null) {
      throw new IllegalStateException("no state has been installed");
    }
    return installed;
  }

  /** Makes the next engine fail at its next commit; opened again it shows what it holds. */
  public void failNext() {
    if (next != null) {
      next.fail();
    }
  }

  @Override
  public StorageEngine openNext() {
    if (next == null) {
      next = new CrashingEngine();
    } else if (next.hasFailed()) {
      next = next.crash(next.commits());
    }
    happened.add("opened");
    return next;
  }

  @Override
  public void discardNext() {
    next = null;
    happened.add("discarded");
  }

  @Override
  public void completeNext(long appliedIndex) {
    happened.add("complete at " + appliedIndex);
  }

  @Override
  public Runnable switchToNext() {
    happened.add("switched");
    installed = next;
    next = null;
    return () -> happened.add("removed");
  }
}
