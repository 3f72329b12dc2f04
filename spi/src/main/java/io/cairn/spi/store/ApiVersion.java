// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/** The level of etcd's API that a store speaks. */
public final class ApiVersion {
  /** What a server calls its version. */
  public static final String SERVER = "3.7.1";

  /** The version that a cluster of such servers agrees on. */
  public static final String CLUSTER = "3.7.0";

  /** The version of what is stored. */
  public static final String STORAGE = "3.7.0";

  private ApiVersion() {}
}
