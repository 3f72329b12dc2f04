// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import io.cairn.kernel.backup.DatabaseReader;
import io.cairn.kernel.backup.WrittenDatabase;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.WireCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The buckets of etcd, to be filled by a test. */
final class EtcdBuckets {
  final NavigableMap<String, NavigableMap<Bytes, Bytes>> all = new TreeMap<>();

  EtcdBuckets() {
    for (String name :
        new String[] {
          "alarm",
          "auth",
          "authRoles",
          "authUsers",
          "cluster",
          "key",
          "lease",
          "members",
          "members_removed",
          "meta"
        }) {
      all.put(name, new TreeMap<>());
    }
  }

  NavigableMap<Bytes, Bytes> bucket(String name) {
    return all.computeIfAbsent(name, _ -> new TreeMap<>());
  }

  EtcdBuckets put(String key, long main, long create, long version, long lease) {
    KeyValue kv =
        new KeyValue(Bytes.utf8(key), create, main, version, Bytes.utf8("at " + main), lease);
    return record(RevisionKey.encode(main, 0, false), KeyValueFormat.encode(kv));
  }

  EtcdBuckets tombstone(String key, long main) {
    KeyValue kv = new KeyValue(Bytes.utf8(key), 0, 0, 0, Bytes.EMPTY, 0);
    return record(RevisionKey.encode(main, 0, true), KeyValueFormat.encode(kv));
  }

  EtcdBuckets record(Bytes key, Bytes content) {
    bucket("key").put(key, content);
    return this;
  }

  EtcdBuckets lease(long id, long ttl, long remaining) {
    bucket("lease").put(number(id), message(id, ttl, remaining));
    return this;
  }

  EtcdBuckets alarm(long member, int kind) {
    bucket("alarm").put(message(member, kind), Bytes.EMPTY);
    return this;
  }

  EtcdBuckets meta(String name, Bytes value) {
    bucket("meta").put(Bytes.utf8(name), value);
    return this;
  }

  Backup backup() throws IOException {
    return Backup.open(DatabaseReader.open(WrittenDatabase.bytes(WrittenDatabase.of(all))));
  }

  static Bytes number(long value) {
    return Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  /** Varint fields, numbered from 1, zeros left out. */
  static Bytes message(long... fields) {
    byte[] target = new byte[fields.length * 11];
    int end = 0;
    for (int i = 0; i < fields.length; i++) {
      if (fields[i] != 0) {
        target[end] = (byte) ((i + 1) << 3);
        end = WireCursor.writeVarint(target, end + 1, fields[i]);
      }
    }
    return Bytes.of(target, 0, end).compact();
  }
}
