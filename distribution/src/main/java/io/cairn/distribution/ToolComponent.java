// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import dagger.Component;
import io.cairn.spi.storage.StorageBackend;
import jakarta.inject.Provider;
import java.util.Map;

/** What the tools of this distribution are made of. */
@Component(modules = StorageModule.class)
interface ToolComponent {
  /** The storage backends by name; none is created by asking. */
  Map<String, Provider<StorageBackend>> backends();
}
