// SPDX-License-Identifier: Apache-2.0
package com.example.smallserver;

import io.cairn.distribution.Main;
import java.util.List;
import java.util.stream.Stream;

/** The server's process, with the flags, environment and signals of the default distribution. */
public final class SmallMain {
  private SmallMain() {}

  /** Runs the server until a signal stops it. */
  public static void main(String[] arguments) {
    List<String> all = Stream.concat(Stream.of("--backend", "lmdb"), Stream.of(arguments)).toList();
    Main.run(all, SmallServer::of);
  }
}
