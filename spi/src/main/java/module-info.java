// SPDX-License-Identifier: Apache-2.0
/**
 * The contracts between Cairn's kernel and its replaceable parts.
 *
 * <p>Everything here can be implemented from its documentation alone and needs nothing but the JDK.
 * Start with {@code io.cairn.spi.storage} to write a storage backend, with {@code
 * io.cairn.spi.store} to write a transport or to embed a store.
 */
@org.jspecify.annotations.NullMarked
module io.cairn.spi {
  requires transitive org.jspecify;

  exports io.cairn.spi.auth;
  exports io.cairn.spi.consensus;
  exports io.cairn.spi.environment;
  exports io.cairn.spi.network;
  exports io.cairn.spi.plugin;
  exports io.cairn.spi.storage;
  exports io.cairn.spi.storage.files;
  exports io.cairn.spi.store;
  exports io.cairn.spi.transport;

  uses io.cairn.spi.storage.StorageBackend;
}
