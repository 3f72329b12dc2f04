// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The simplest durable backend, and, on demand, a broken one. */
public final class ModelBackend implements StorageBackend {
  private static final AtomicInteger DESCRIBED = new AtomicInteger();

  private final @Nullable Flaw flaw;

  /** One that keeps every rule. */
  public ModelBackend() {
    this(null);
  }

  ModelBackend(@Nullable Flaw flaw) {
    this.flaw = flaw;
  }

  @Override
  public PluginDescriptor descriptor() {
    String summary = "a sorted map and a file";
    return new PluginDescriptor(
        "model",
        PluginDescriptor.Kind.STORAGE,
        flaw == Flaw.P2_MADE_FOR_ANOTHER_VERSION ? 17 : PluginDescriptor.SPI_VERSION,
        flaw == Flaw.P1_THE_DESCRIPTOR_CHANGES ? summary + DESCRIBED.incrementAndGet() : summary,
        capabilities());
  }

  private List<String> capabilities() {
    if (flaw == Flaw.S13_KEEPS_DATA_UNDECLARED) {
      return List.of();
    }
    return flaw == Flaw.P3_CLAIMS_WHAT_NOBODY_KNOWS ? List.of(DURABLE, "magic") : List.of(DURABLE);
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    if (flaw == null) {
      return new ModelEngine(options, null);
    }
    try {
      return new WrongEngine(new ModelEngine(options, flaw), options, flaw);
    } catch (StorageException.InUse e) {
      throw flaw == Flaw.S9_IN_USE_IS_DAMAGE
          ? new StorageException.Damaged("'" + options.directory() + "' has a lock", e)
          : e;
    } catch (StorageException.Damaged e) {
      throw switch (flaw) {
        // Names the table that another rule's test looks for.
        case S8_DAMAGE_NAMES_NO_PLACE -> new StorageException.Damaged("'other' was not written", e);
        case S8_DAMAGE_IS_A_FAILED_MEDIUM -> failedUnlessATable(e);
        default -> e;
      };
    }
  }

  /** A table that is not asked for is another rule's business. */
  private static StorageException failedUnlessATable(StorageException.Damaged damaged) {
    return String.valueOf(damaged.getMessage()).contains("table")
        ? damaged
        : new StorageException.Failed(String.valueOf(damaged.getMessage()), damaged);
  }
}
