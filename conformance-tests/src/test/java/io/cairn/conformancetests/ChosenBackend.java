// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A backend for jars: it has the flaw that the file {@code flaw} beside its class names. */
public final class ChosenBackend implements StorageBackend {
  private final ModelBackend model = new ModelBackend(chosen());

  private static @Nullable Flaw chosen() {
    try (InputStream in = ChosenBackend.class.getResourceAsStream("flaw")) {
      return in == null
          ? null
          : Flaw.valueOf(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public PluginDescriptor descriptor() {
    return model.descriptor();
  }

  @Override
  public StorageEngine open(StorageOptions options) {
    return model.open(options);
  }
}
