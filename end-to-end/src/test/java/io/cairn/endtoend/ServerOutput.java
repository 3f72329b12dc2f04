// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads what a process prints, and knows when it says that it is ready. */
final class ServerOutput {
  private static final int LINES_KEPT = 400;
  private static final int LINES_TOLD = 20;

  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Deque<String> lines = new ArrayDeque<>();
  private final @Nullable Path file;

  /**
   * Begins to read.
   *
   * @param file where every line is appended, too; nowhere if null
   */
  ServerOutput(Process process, @Nullable Path file) {
    this.file = file;
    Thread.ofPlatform().daemon().start(() -> read(process));
  }

  /** Completes when the server serves clients; fails when its process ends before. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Completes when everything has been read. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** The last lines. */
  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** The same as one text; if everything is in a file only the very last of them. */
  String tail() {
    List<String> last = lines();
    return file == null
        ? String.join("\n", last)
        : String.join("\n", last.subList(Math.max(0, last.size() - LINES_TOLD), last.size()))
            + "\n(all of it is in "
            + file
            + ")";
  }

  private void read(Process process) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        Writer copy = copy()) {
      String line = reader.readLine();
      while (line != null) {
        keep(line);
        copy.append(line).append('\n').flush();
        if (line.contains("ready to serve client requests")
            || line.contains("serving insecure client requests")) {
          ready.complete(null);
        }
        line = reader.readLine();
      }
      ready.completeExceptionally(new IOException("the process ended"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    } finally {
      ended.complete(null);
    }
  }

  private Writer copy() throws IOException {
    if (file == null) {
      return Writer.nullWriter();
    }
    BufferedWriter writer =
        Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    writer.append("--- a process starts ---\n");
    return writer;
  }

  private synchronized void keep(String line) {
    lines.addLast(line);
    if (lines.size() > LINES_KEPT) {
      lines.removeFirst();
    }
  }
}
