// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

/**
 * A table of an engine.
 *
 * @param name lower-case letters; part of the stored format
 * @param keys how keys arrive, so that an engine can choose its structures
 */
public record Table(String name, KeyOrder keys) {

  /** How the keys of a table are written. */
  public enum KeyOrder {
    /** Each new key is greater than every key that was ever in the table; values never change. */
    ASCENDING,
    /** Keys come and change in any order. */
    ANY
  }
}
