// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import dagger.Binds;
import dagger.BindsOptionalOf;
import dagger.Module;
import dagger.multibindings.IntoMap;
import dagger.multibindings.StringKey;
import io.cairn.spi.transport.Transport;

/** Offers etcd's gRPC API to a distribution. */
@Module
public interface GrpcTransportModule {

  /** Under its configuration name. */
  @Binds
  @IntoMap
  @StringKey(GrpcTransport.NAME)
  Transport bind(GrpcTransport transport);

  /** A distribution may choose settings of its own. */
  @BindsOptionalOf
  GrpcSettings settings();
}
