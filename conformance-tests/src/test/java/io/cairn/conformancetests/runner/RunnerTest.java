// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.JarOfBackend;
import io.cairn.conformancetests.StorageKit;
import io.cairn.conformancetests.consensus.ConsensusKit;
import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.transport.TransportKit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a user meets it, in this process. */
final class RunnerTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path folder;

  @BeforeEach
  void drawOneSeed() {
    System.setProperty("cairn.seeds", "1");
  }

  /** The runner has a process of its own elsewhere, so it cleans nothing up. */
  @AfterEach
  void forgetWhatTheRunnerSet() {
    System.clearProperty("cairn.seeds");
    System.clearProperty("cairn.seed");
    System.clearProperty(Level.PROPERTY);
  }

  @Test
  void aRightBackendInAJarEndsWithZero() throws IOException {
    Path jar = JarOfBackend.write(folder.resolve("right.jar"), null);
    Path json = folder.resolve("reports/report.json");
    Path html = folder.resolve("reports/report.html");

    int exit = run("storage", "--jar", jar, "--json", json, "--html=" + html);

    assertThat(exit).as(this::output).isZero();
    assertThat(lines().getLast()).startsWith("CONFORMANT: storage, backend 'model' (19 passed; ");
    assertThat(Files.readString(json)).contains("\"conformant\":true", "\"rule\":\"S13\"");
    assertThat(Files.readString(html)).contains("CONFORMANT", "not tested of it: power cuts");
  }

  @Test
  void aWrongBackendInAJarEndsWithOneAndItsRule() throws IOException {
    Path jar = JarOfBackend.write(folder.resolve("wrong.jar"), "S3_DELETIONS_GO_FIRST");
    Path json = folder.resolve("report.json");

    int exit = run("storage", "--jar", jar, "--json", json, "--level", "smoke");

    assertThat(exit).as(this::output).isEqualTo(1);
    assertThat(lines().getLast())
        .startsWith("NOT CONFORMANT: storage, backend 'model' breaks S3")
        .contains("failed");
    assertThat(output()).contains("mutationsApplyInOrder");
    assertThat(Files.readString(json))
        .contains("\"conformant\":false", "\"rule\":\"S3\",\"demand\":\"MUST\"");
  }

  @Test
  void aForgetfulBackendInAJarIsCaughtByKillingIt() throws IOException {
    Path jar =
        JarOfBackend.write(folder.resolve("forgetful.jar"), "S4_A_BARRIER_MISSES_THE_LAST_COMMIT");

    int exit = run("storage", "--jar", jar, "--seed", 7);

    assertThat(exit).isEqualTo(1);
    assertThat(output())
        .contains("breaks S4")
        .contains("GivenStorageCrashConformance")
        .contains("aKilledProcessLeavesAPrefix(long) / -Dcairn.seed=7");
  }

  @Test
  void whatCannotBeExaminedIsOneLine() throws IOException {
    Path noise = Files.writeString(folder.resolve("noise.jar"), "this is no jar");
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path right = JarOfBackend.write(folder.resolve("right.jar"), null);
    Path foreign = JarOfBackend.write(folder.resolve("other.jar"), "P2_MADE_FOR_ANOTHER_VERSION");
    Path lost = JarOfBackend.write(folder.resolve("lost.jar"), null, "com.example.Nowhere");

    refused("'--jar' is needed", "storage");
    refused("cannot read '", "storage", "--jar", folder.resolve("absent.jar"));
    refused("is no jar", "storage", "--jar", noise);
    refused("has no jars", "storage", "--jar", empty);
    refused("no storage backend 'x'; there are [model]", "storage", "--jar", right, "--backend=x");
    refused("made for version 17", "storage", "--jar", foreign);
    refused("com.example.Nowhere", "storage", "--jar", lost);
    refused("'--level' is 'smoke' or 'full', not 'all'", "storage", "--level", "all");
    refused("'--seed' is a number", "storage", "--seed", "x");
    refused("no option '--jars'; there are [--backend, --html,", "storage", "--jars", right);
    refused("option '--jar' needs a value", "storage", "--jar");
    refused("'x.jar' is no option", "storage", "x.jar");
    refused("no kit 'stores'; there are [", "stores");
    refused("kit 'tls' is not offered yet", "tls");
    refused("option '--fixture' is needed", "consensus", "--jar", right);
    refused("no class 'com.example.Nowhere'", "consensus", "--fixture", "com.example.Nowhere");
    refused("is no public ConsensusFixture", "consensus", "--fixture", "java.lang.String");
    refused("is no public TransportFixture", "transport", "--fixture", "java.lang.Object");
  }

  @Test
  void helpNamesEveryKitAndOption() {
    assertThat(run("--help")).isZero();

    assertThat(output()).contains("storage: ", "--jar PATH", "--level LEVEL", "exit code: 0");
  }

  @Test
  void nothingAskedIsAMistake() {
    assertThat(run()).isEqualTo(2);
  }

  private void refused(String because, Object... arguments) {
    out.reset();
    err.reset();

    int exit = run(arguments);

    assertThat(exit).as(because).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(err.toString(StandardCharsets.UTF_8).lines().toList())
        .as(because)
        .singleElement()
        .asString()
        .contains(because);
  }

  private int run(Object... arguments) {
    List<String> words = List.of(arguments).stream().map(Object::toString).toList();
    return new Runner(
            List.of(new StorageKit(), new ConsensusKit(), new TransportKit()),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(words);
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
