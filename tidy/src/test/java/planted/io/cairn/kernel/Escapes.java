// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.kernel;

import io.cairn.tidy.Breaks;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Every way out that is not the environment. */
final class Escapes {
  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  long nanoTime() {
    return System.nanoTime();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  LongSupplier nanoTimeByReference() {
    return System::nanoTime;
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  Instant wallTime() {
    return Instant.now();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  Thread startsThread() {
    return new Thread(() -> {});
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  Thread startsVirtualThread() {
    return Thread.ofVirtual().start(() -> {});
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  void startsPool() {
    Executors.newCachedThreadPool().close();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  int localRandom() {
    return ThreadLocalRandom.current().nextInt();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  int secureRandom() {
    return new SecureRandom().nextInt();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  int unseededRandom() {
    return new Random().nextInt();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  UUID uuid() {
    return UUID.randomUUID();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  CompletableFuture<Integer> callsBackOnCommonPool(CompletableFuture<String> future) {
    return future.thenApplyAsync(String::length);
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  CompletableFuture<String> timesOut(CompletableFuture<String> future) {
    return future.orTimeout(1, TimeUnit.SECONDS);
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  Stream<String> streamsInParallel(List<String> list) {
    return list.parallelStream();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  Stream<String> turnsParallel(Stream<String> stream) {
    return stream.parallel();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  int identity(Object object) {
    return System.identityHashCode(object);
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  WeakReference<Object> weak(Object object) {
    return new WeakReference<>(object);
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  Charset defaultCharset() {
    return Charset.defaultCharset();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  Locale defaultLocale() {
    return Locale.getDefault();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  TimeZone defaultZone() {
    return TimeZone.getDefault();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  byte[] readsFile(Path path) throws IOException {
    return Files.readAllBytes(path);
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  FileChannel opensChannel(Path path) throws IOException {
    return FileChannel.open(path);
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  boolean asksOldFile(Path path) {
    return new File(path.toString()).exists();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  InetAddress resolves() throws IOException {
    return InetAddress.getLocalHost();
  }

  @Breaks("OUTSIDE_ONLY_THROUGH_ENVIRONMENT")
  void ends() {
    System.exit(1);
  }
}
