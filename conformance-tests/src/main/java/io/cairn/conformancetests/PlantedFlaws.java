// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Which flaws a run tries on a kit, to see whether it notices them.
 *
 * <p>Every run draws a few, from what {@link Seeds} are drawn from; {@code -Dcairn.flaws=all} tries
 * every one, and {@code -Dcairn.flaws=A,B} those two.
 */
public final class PlantedFlaws {
  private PlantedFlaws() {}

  /**
   * The flaws of this run.
   *
   * @param flaws what there is
   * @param drawn how many a run tries that is asked for none
   */
  public static <F extends Enum<F>> Stream<F> ofThisRun(Class<F> flaws, int drawn) {
    String asked = System.getProperty("cairn.flaws");
    if (asked == null) {
      List<F> shuffled = new ArrayList<>(List.of(flaws.getEnumConstants()));
      Collections.shuffle(shuffled, new Random(Seeds.ofThisRun().findFirst().orElseThrow()));
      return shuffled.stream().limit(drawn);
    }
    return asked.equals("all")
        ? Stream.of(flaws.getEnumConstants())
        : Arrays.stream(asked.split(",")).map(name -> Enum.valueOf(flaws, name));
  }
}
