// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.spi.store.Reason;

/** What became of a call. */
public sealed interface Outcome {
  /**
   * It was answered.
   *
   * @param response a result record of {@code io.cairn.spi.store}
   */
  record Ok(Object response) implements Outcome {}

  /** It was refused, and has had no effect. */
  record No(Reason reason) implements Outcome {}

  /**
   * Nobody knows whether it had an effect.
   *
   * @param why what the client heard last
   */
  record Unknown(String why) implements Outcome {}

  /** What a refusal says about the effect of the call that was refused. */
  static Outcome ofRefusal(Reason reason) {
    return switch (reason) {
      case Reason.TimedOut _,
          Reason.DeadlineExceeded _,
          Reason.RequestCanceled _,
          Reason.CallCanceled _,
          Reason.LeaderChanged _,
          Reason.Stopped _,
          Reason.Internal _ ->
          new Unknown(reason.toString());
      default -> new No(reason);
    };
  }
}
