// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.util.SplittableRandom;

/** Writes the requests of a workload, each as a gRPC message, into a buffer that it reuses. */
final class RequestWriter {
  static final int KEY_BYTES = 8;

  private static final int GRPC_PREFIX = 5;
  private static final int KINDS_OF_VALUES = 4096;

  private final Workload workload;
  private final SplittableRandom random;
  private final byte[] values;
  private final byte[] buffer;
  private int at;
  private long next;

  RequestWriter(Workload workload, long seed) {
    this.workload = workload;
    this.random = new SplittableRandom(seed);
    this.values = new byte[workload.valueBytes() + KINDS_OF_VALUES];
    random.nextBytes(values);
    this.buffer = new byte[workload.valueBytes() + 256];
  }

  /** Where requests are written; valid up to the length returned, until the next one. */
  byte[] buffer() {
    return buffer;
  }

  /** Writes the next request of the workload; returns its length with the gRPC prefix. */
  int next() {
    at = GRPC_PREFIX;
    switch (workload.operation()) {
      case PUT -> put(pick());
      case GET -> key(0x0a, pick());
      case SGET -> {
        key(0x0a, pick());
        tagged(0x38, 1); // serializable
      }
      case RANGE -> {
        long from = pickRange();
        key(0x0a, from);
        key(0x12, from + workload.rangeKeys());
      }
      case PAGE -> {
        key(0x0a, pick());
        zeroByte(0x12); // to the end
        tagged(0x18, workload.rangeKeys()); // limit
      }
      case TXN -> success(pick());
      case CAS -> {
        long key = pick();
        compareExists(key);
        success(key);
        length(0x1a, 2 + 2 + KEY_BYTES); // otherwise: a range of the key
        length(0x0a, 2 + KEY_BYTES);
        key(0x0a, key);
      }
    }
    return complete();
  }

  /** Writes a request that creates a watcher of everything. */
  int watch() {
    at = GRPC_PREFIX;
    length(0x0a, 6);
    zeroByte(0x0a);
    zeroByte(0x12);
    return complete();
  }

  /** Writes a request to forget what is older than {@code revision}, and to say when it is done. */
  int compact(long revision) {
    at = GRPC_PREFIX;
    tagged(0x08, revision);
    tagged(0x10, 1); // physical
    return complete();
  }

  /** Writes a request that reads one key, to learn the revision. */
  int probe() {
    at = GRPC_PREFIX;
    key(0x0a, workload.firstKey());
    return complete();
  }

  private int complete() {
    int message = at - GRPC_PREFIX;
    buffer[0] = 0; // not compressed
    for (int i = 0; i < 4; i++) {
      buffer[1 + i] = (byte) (message >>> (24 - 8 * i));
    }
    return at;
  }

  private long pick() {
    return workload.firstKey()
        + (workload.sequential() ? next++ % workload.keys() : random.nextInt(workload.keys()));
  }

  private long pickRange() {
    int span = workload.rangeKeys();
    int ranges = workload.keys() / span;
    return workload.firstKey()
        + (workload.sequential()
            ? next++ % ranges * span
            : random.nextInt(workload.keys() - span + 1));
  }

  private void put(long key) {
    key(0x0a, key);
    length(0x12, workload.valueBytes());
    int from = (int) (key * 7919 % KINDS_OF_VALUES);
    System.arraycopy(values, from, buffer, at, workload.valueBytes());
    at += workload.valueBytes();
  }

  private void success(long key) {
    int put = 2 + KEY_BYTES + 1 + varintSize(workload.valueBytes()) + workload.valueBytes();
    length(0x12, 1 + varintSize(put) + put);
    length(0x12, put);
    put(key);
  }

  /** Version of the key greater than 0. */
  private void compareExists(long key) {
    length(0x0a, 2 + 2 + 2 + KEY_BYTES + 2);
    tagged(0x08, 1); // greater
    tagged(0x10, 0); // version
    key(0x1a, key);
    tagged(0x20, 0);
  }

  private void key(int tag, long number) {
    length(tag, KEY_BYTES);
    long rest = number;
    for (int i = KEY_BYTES - 1; i >= 0; i--) {
      buffer[at + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    at += KEY_BYTES;
  }

  private void zeroByte(int tag) {
    length(tag, 1);
    buffer[at++] = 0;
  }

  private void tagged(int tag, long value) {
    buffer[at++] = (byte) tag;
    varint(value);
  }

  private void length(int tag, int length) {
    buffer[at++] = (byte) tag;
    varint(length);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      buffer[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[at++] = (byte) rest;
  }

  private static int varintSize(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }
}
