// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;

/** A store, by the services of etcd's v3 API (V6-V10). */
@ThreadSafe
public interface StoreService {
  /** Keys and values. */
  KvService kv();

  /** News of changes. */
  WatchService watch();

  /** Keys that live only as long as somebody cares. */
  LeaseService lease();

  /** The members. */
  ClusterService cluster();

  /** What operators need. */
  MaintenanceService maintenance();

  /** Users, roles and permissions. */
  AuthService auth();
}
