// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

/** The disk does nothing any more; whoever uses it is gone. */
public final class PowerCut extends Error {
  private static final long serialVersionUID = 1L;

  PowerCut() {
    super("power cut");
  }
}
