// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Completes the server's folder after Maven has put the launcher and the libraries into it.
 *
 * <ol>
 *   <li>A Java runtime image, so that running the server needs no JDK.
 *   <li>The native libraries of this platform, unpacked once and for all; the jars that carried
 *       them for fifteen platforms keep only their classes.
 *   <li>The ahead-of-time cache: what the JVM learned from one rehearsal of the server, which makes
 *       every later start about three times as fast.
 *   <li>The archive.
 * </ol>
 *
 * <p>Run by the build with the folder, the server's jar and the archive's path as arguments.
 */
final class Assemble {
  private static final String MODULES = "java.se,jdk.unsupported";
  private static final String NATIVE_SUFFIXES = ".*\\.(so|jnilib|dylib|dll)$";
  private static final long STEP_SECONDS_MAX = 300;

  private final Path home;

  private Assemble(Path home) {
    this.home = home;
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    Path jar = Path.of(arguments[1]);
    Assemble assembly = new Assemble(home);
    assembly.lib(jar);
    assembly.runtime();
    assembly.natives();
    assembly.cache();
    assembly.archive(Path.of(arguments[2]));
  }

  private void lib(Path jar) throws IOException {
    Files.copy(jar, home.resolve("lib/cairn.jar"), StandardCopyOption.REPLACE_EXISTING);
    for (String name : List.of("cairn", "cairn-local-cluster", "cairnutl")) {
      Path script = home.resolve("bin").resolve(name);
      if (!script.toFile().setExecutable(true, false)) {
        throw new IOException("cannot make '" + script + "' executable");
      }
    }
  }

  private void runtime() throws IOException, InterruptedException {
    Path runtime = home.resolve("runtime");
    Path release = runtime.resolve("release");
    String version = "JAVA_RUNTIME_VERSION=\"" + Runtime.version() + "\"";
    if (Files.exists(release) && Files.readString(release).contains(version)) {
      return; // Made by an earlier build with the same JDK.
    }
    delete(runtime);
    run(
        Path.of(System.getProperty("java.home"), "bin/jlink").toString(),
        "--add-modules",
        MODULES,
        "--no-header-files",
        "--no-man-pages",
        "--output",
        runtime.toString());
  }

  private void natives() throws IOException {
    Path target = Files.createDirectories(home.resolve("lib/native"));
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    // By the ends of their names in the jars, of which some use one name for every platform.
    List<String> wanted =
        List.of(
            arm ? "librocksdbjni-linux-aarch64.so" : "librocksdbjni-linux64.so",
            "libnetty_transport_native_epoll_" + (arm ? "aarch_64" : "x86_64") + ".so",
            "org/lmdbjava/native/" + (arm ? "aarch64" : "x86_64") + "-linux-gnu.so",
            "org/sqlite/native/Linux/" + (arm ? "aarch64" : "x86_64") + "/libsqlitejdbc.so");
    for (Path jar : jars()) {
      List<String> carried = new ArrayList<>();
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry entry : zip.stream().toList()) {
          if (entry.getName().matches(NATIVE_SUFFIXES)) {
            carried.add(entry.getName());
            if (wanted.stream().anyMatch(entry.getName()::endsWith)) {
              String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
              Files.copy(
                  zip.getInputStream(entry),
                  target.resolve(name),
                  StandardCopyOption.REPLACE_EXISTING);
            }
          }
        }
      }
      if (!carried.isEmpty()) {
        rewriteWithout(jar, carried);
      }
    }
  }

  private List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static void rewriteWithout(Path jar, List<String> dropped) throws IOException {
    Path rewritten = jar.resolveSibling(jar.getFileName() + ".tmp");
    try (ZipFile zip = new ZipFile(jar.toFile());
        OutputStream out = Files.newOutputStream(rewritten);
        ZipOutputStream copy = new ZipOutputStream(out)) {
      for (ZipEntry entry : zip.stream().toList()) {
        if (!dropped.contains(entry.getName())) {
          ZipEntry kept = new ZipEntry(entry.getName());
          kept.setLastModifiedTime(entry.getLastModifiedTime());
          copy.putNextEntry(kept);
          zip.getInputStream(entry).transferTo(copy);
          copy.closeEntry();
        }
      }
    }
    Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private void cache() throws IOException, InterruptedException {
    Path cache = home.resolve("lib/cairn.aot");
    Files.deleteIfExists(cache);
    Path scratch = Files.createTempDirectory("cairn-rehearsal");
    try {
      ProcessBuilder rehearsal =
          new ProcessBuilder(
              home.resolve("bin/cairn").toString(),
              "--data-dir",
              scratch.toString(),
              // Any free ports: nothing on this machine is to be disturbed, or to disturb.
              "--listen-client-urls",
              "http://127.0.0.1:0",
              "--advertise-client-urls",
              "http://127.0.0.1:0",
              "--listen-peer-urls",
              "http://127.0.0.1:0");
      rehearsal
          .environment()
          .put(
              "CAIRN_JAVA_OPTIONS",
              "-XX:AOTCacheOutput=" + cache + " -Dio.cairn.distribution.rehearsal=true");
      start(rehearsal, "the rehearsal of the server");
    } finally {
      delete(scratch);
    }
    if (!Files.exists(cache)) {
      throw new IOException("the rehearsal of the server left no '" + cache + "'");
    }
  }

  private void archive(Path archive) throws IOException, InterruptedException {
    run(
        "tar",
        "--create",
        "--gzip",
        "--file=" + archive,
        "--owner=0",
        "--group=0",
        "--sort=name",
        "--directory=" + home.getParent(),
        home.getFileName().toString());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    start(new ProcessBuilder(command), command[0]);
  }

  private static void start(ProcessBuilder builder, String what)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("cairn-assembly", ".log");
    try {
      Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
      if (!process.waitFor(STEP_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(what + " did not end in time:\n" + Files.readString(output));
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            what + " ended with " + process.exitValue() + ":\n" + Files.readString(output));
      }
    } finally {
      Files.delete(output);
    }
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(tree)) {
      paths
          .sorted(Comparator.reverseOrder())
          .forEach(path -> {
            try {
              Files.delete(path);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
