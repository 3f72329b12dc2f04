// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

/**
 * How member changes are judged.
 *
 * @param strictReconfigCheck whether changes that endanger the quorum are refused
 * @param learnersMax how many learners there may be
 */
public record ClusterOptions(boolean strictReconfigCheck, int learnersMax) {
  /** etcd's defaults. */
  public static final ClusterOptions DEFAULT = new ClusterOptions(true, 1);
}
