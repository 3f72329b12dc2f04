// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import java.util.Locale;

/**
 * One option of the server.
 *
 * @param name its name, without hyphens before it
 * @param kind what its value looks like
 * @param defaultValue the value that it has when nobody sets it
 * @param support what it does here
 */
record Option(String name, Kind kind, String defaultValue, Support support) {

  /** What a value looks like. */
  enum Kind {
    /** Any text. */
    TEXT,
    /** True or false; may stand without a value. */
    BOOL,
    /** A whole number that is not negative. */
    UNSIGNED,
    /** A whole number. */
    SIGNED,
    /** A duration in Go's syntax, such as {@code 1h30m}. */
    DURATION,
    /** URLs, separated by commas. */
    URLS,
    /** Words, separated by commas. */
    WORDS
  }

  /** What an option does here. */
  sealed interface Support {
    /** What it does in etcd. */
    record Works() implements Support {}

    /** It is accepted, because nothing depends on it here. */
    record NoEffect() implements Support {}

    /**
     * It is refused unless it is given its default value.
     *
     * @param feature what is missing
     */
    record Missing(String feature) implements Support {}
  }

  /** The environment variable that sets it. */
  String variable() {
    return "ETCD_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }
}
