// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import dagger.Module;
import dagger.Provides;
import dagger.multibindings.IntoSet;
import io.cairn.distribution.config.ServerConfig;

/** Lets operators add storage backends as jars; a distribution without it is fixed when built. */
@Module
public interface DropInModule {
  /** From the folder that the configuration names. */
  @Provides
  @IntoSet
  static DropIns dropIns(ServerConfig config) {
    return new DropIns(config.pluginsDir());
  }
}
