// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.kernel;

import io.cairn.tidy.Breaks;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

final class Sleeper {
  @Breaks("NO_SLEEPING_TESTS")
  void sleeps() throws InterruptedException {
    Thread.sleep(1);
  }

  @Breaks("NO_SLEEPING_TESTS")
  void sleepsByUnit() throws InterruptedException {
    TimeUnit.SECONDS.sleep(1);
  }

  @Breaks("NO_SLEEPING_TESTS")
  void parks() {
    LockSupport.parkNanos(1);
  }
}
