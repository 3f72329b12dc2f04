// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.MemberListRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server can be called from anywhere, in whatever way, with nothing set. */
final class LauncherTest {
  private static final Path LAUNCHER = ServerProcess.launcher();
  private static final Path BIN = parent(LAUNCHER);
  private static final Path HOME = parent(BIN);

  @TempDir Path scratch;

  @Test
  void versionIsToldWithoutAnyEnvironment() throws Exception {
    var told = ServerProcess.run(null, Map.of(), List.of(LAUNCHER.toString(), "--version"));

    assertThat(told.exitCode()).isZero();
    assertThat(told.lines().getFirst()).isEqualTo("etcd Version: 3.7.1");
    assertThat(told.lines().getLast()).matches("Cairn Version: [0-9].*");
  }

  @Test
  void serverRunsWithoutAnyEnvironment() throws Exception {
    assertHelps(ServerProcess.run(null, Map.of(), help(LAUNCHER.toString())));
  }

  @Test
  void launcherIsFoundByRelativePath() throws Exception {
    assertHelps(ServerProcess.run(HOME, Map.of(), help("bin/cairn")));
    assertHelps(ServerProcess.run(BIN, Map.of(), help("./cairn")));
  }

  /** POSIX: {@code cd} looks up relative folders in CDPATH first, and prints what it found. */
  @Test
  void searchPathOfTheShellDoesNotLeadAstray() throws Exception {
    Files.createDirectories(scratch.resolve("bin"));

    assertHelps(ServerProcess.run(HOME, Map.of("CDPATH", scratch.toString()), help("bin/cairn")));
  }

  @Test
  void launcherIsFoundThroughSymbolicLinks() throws Exception {
    Path link = Files.createSymbolicLink(scratch.resolve("link"), LAUNCHER);
    Path linkToLink = Files.createSymbolicLink(scratch.resolve("x"), Path.of("link"));

    assertHelps(ServerProcess.run(null, Map.of(), help(link.toString())));
    assertHelps(ServerProcess.run(null, Map.of(), help(linkToLink.toString())));
    assertHelps(ServerProcess.run(scratch, Map.of(), help("./x")));
  }

  @Test
  void launcherIsFoundInPath() throws Exception {
    Map<String, String> environment = Map.of("PATH", BIN.toString());

    assertHelps(
        ServerProcess.run(scratch, environment, List.of("/bin/sh", "-c", "exec cairn --help")));
  }

  @Test
  void namesNeedNotBeAscii() throws Exception {
    Path dataDir = scratch.resolve("données-ü-雪");

    try (ServerProcess server = ServerProcess.start(ServerProcess.Kind.CAIRN, "mémbre", dataDir);
        GrpcClient client = new GrpcClient(server.port())) {
      List<Member> members =
          client.cluster().memberList(MemberListRequest.getDefaultInstance()).getMembersList();

      assertThat(members).singleElement().extracting(Member::getName).isEqualTo("mémbre");
      assertThat(dataDir.resolve("member")).isDirectory();
      assertThat(server.log()).contains("\"data-dir\":\"" + dataDir + "\"");
    }
  }

  private static List<String> help(String program) {
    return List.of(program, "--help");
  }

  private static void assertHelps(ServerProcess.Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isZero();
    assertThat(ended.lines().getFirst()).isEqualTo("Usage:");
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalStateException("'" + path + "' lies nowhere");
    }
    return parent;
  }
}
