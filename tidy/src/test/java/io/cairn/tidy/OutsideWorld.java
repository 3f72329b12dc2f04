// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.BaseStream;

/**
 * The parts of the JDK whose answers or effects differ from run to run: clocks, randomness,
 * threads, files, the network, and defaults that the machine decides.
 *
 * <p>Calls, method references and field accesses are recognized, not mere mentions of a type: an
 * address, a path or a duration is a value like any other.
 */
final class OutsideWorld {
  /** Everything in these types counts. */
  private static final Set<String> TYPES =
      Set.of(
          "java.io.File",
          "java.io.FileInputStream",
          "java.io.FileOutputStream",
          "java.io.FileReader",
          "java.io.FileWriter",
          "java.io.RandomAccessFile",
          "java.lang.ProcessBuilder",
          "java.lang.ProcessHandle",
          "java.lang.ref.Cleaner",
          "java.lang.ref.PhantomReference",
          "java.lang.ref.SoftReference",
          "java.lang.ref.WeakReference",
          "java.nio.file.FileSystems",
          "java.nio.file.Files",
          "java.security.SecureRandom",
          "java.util.Timer",
          "java.util.WeakHashMap",
          "java.util.concurrent.Executors",
          "java.util.concurrent.ForkJoinPool",
          "java.util.concurrent.ScheduledThreadPoolExecutor",
          "java.util.concurrent.ThreadLocalRandom",
          "java.util.concurrent.ThreadPoolExecutor");

  /** Everything in these packages counts, but for the values listed next. */
  private static final List<String> PACKAGES = List.of("java.net", "java.nio.channels");

  private static final Set<String> VALUES =
      Set.of("java.net.InetSocketAddress", "java.net.URI", "java.net.URISyntaxException");

  /** Only these members of a type count, however they are called. */
  private static final Map<String, Set<String>> MEMBERS =
      Map.of(
          "java.lang.Math", Set.of("random"),
          "java.lang.Runtime", Set.of("addShutdownHook", "exec", "exit", "halt"),
          "java.lang.System", Set.of("currentTimeMillis", "exit", "identityHashCode", "nanoTime"),
          "java.nio.charset.Charset", Set.of("defaultCharset"),
          "java.time.ZoneId", Set.of("systemDefault"),
          "java.util.Calendar", Set.of("getInstance"),
          "java.util.Locale", Set.of("getDefault"),
          "java.util.TimeZone", Set.of("getDefault"),
          "java.util.UUID", Set.of("randomUUID"),
          "java.util.random.RandomGenerator", Set.of("getDefault", "of"));

  /** Only these members of a type count, and only without arguments: with one, they are told. */
  private static final Map<String, Set<String>> MEMBERS_WITHOUT_ARGUMENTS =
      Map.of(
          "java.lang.String", Set.of("getBytes", "toLowerCase", "toUpperCase"),
          "java.util.Date", Set.of("<init>"),
          "java.util.Random", Set.of("<init>"),
          "java.util.SplittableRandom", Set.of("<init>"));

  static final DescribedPredicate<JavaAccess<?>> IS_REACHED =
      DescribedPredicate.describe(
          "is a clock, a random source, a thread, a file, the network or a default of the machine",
          access -> reaches(access.getTarget()));

  private OutsideWorld() {}

  private static boolean reaches(AccessTarget target) {
    JavaClass owner = target.getOwner();
    String type = owner.getName();
    String member = target.getName();
    return TYPES.contains(type)
        || (PACKAGES.contains(owner.getPackageName()) && !VALUES.contains(type))
        || MEMBERS.getOrDefault(type, Set.of()).contains(member)
        || (takesNothing(target)
            && MEMBERS_WITHOUT_ARGUMENTS.getOrDefault(type, Set.of()).contains(member))
        || owner.isAssignableTo(Thread.class)
        || type.startsWith("java.lang.Thread$Builder")
        || readsTheClock(owner, member)
        || usesTheCommonPool(target)
        || streamsInParallel(owner, member);
  }

  private static boolean readsTheClock(JavaClass owner, String member) {
    return owner.getPackageName().startsWith("java.time")
        && (member.equals("now") || member.startsWith("system") || member.startsWith("tick"));
  }

  /** Futures run {@code *Async} callbacks, and time out, on threads of their own unless told. */
  private static boolean usesTheCommonPool(AccessTarget target) {
    if (!target.getOwner().isAssignableTo(CompletionStage.class)
        || !(target instanceof CodeUnitAccessTarget code)) {
      return false;
    }
    String member = code.getName();
    return (member.endsWith("Async")
            && code.getRawParameterTypes().stream()
                .noneMatch(parameter -> parameter.isAssignableTo(Executor.class)))
        || member.equals("completeOnTimeout")
        || member.equals("delayedExecutor")
        || member.equals("orTimeout");
  }

  private static boolean streamsInParallel(JavaClass owner, String member) {
    return (member.equals("parallelStream") && owner.isAssignableTo(Collection.class))
        || (member.equals("parallel") && owner.isAssignableTo(BaseStream.class))
        || (member.startsWith("parallel") && owner.getName().equals("java.util.Arrays"));
  }

  private static boolean takesNothing(AccessTarget target) {
    return target instanceof CodeUnitAccessTarget code && code.getRawParameterTypes().isEmpty();
  }
}
