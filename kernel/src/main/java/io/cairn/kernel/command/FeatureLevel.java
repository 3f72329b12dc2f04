// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

/**
 * What applying an entry does is a function of entry, state and this level, never of the release
 * that a member runs. A release that adds to it knows a higher level; the cluster goes on to it by
 * an entry, once every member has announced that it knows it, and never back.
 */
public final class FeatureLevel {
  /** With which every cluster begins. */
  public static final int OLDEST = 1;

  /** The newest that this release knows. */
  public static final int NEWEST = 1;

  private FeatureLevel() {}
}
