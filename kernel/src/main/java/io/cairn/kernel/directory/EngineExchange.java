// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the engine of a stopped member for one of another backend.
 *
 * <p>The new one is built in the next folder. What makes it the member's are these steps, each
 * durable before the next begins:
 *
 * <table>
 *   <caption>What a crash between two steps leaves</caption>
 *   <tr><th>step</th><th>after a crash behind it</th></tr>
 *   <tr><td>{@code engine-<n>.migrating} is written, then the folder is made and filled</td>
 *       <td>the old engine is in use; the next start and the next exchange remove the folder</td></tr>
 *   <tr><td>CURRENT names the new engine and its backend</td>
 *       <td>the directory is the new backend's; the next start or exchange goes on</td></tr>
 *   <tr><td>FORMAT names the new backend</td><td>the same</td></tr>
 *   <tr><td>CURRENT names the new engine alone</td><td>the same</td></tr>
 *   <tr><td>the old engine and {@code .migrating} are removed</td><td>nothing is left</td></tr>
 * </table>
 *
 * <p><b>Failure.</b> {@link IllegalStateException} for a directory in which no engine can be
 * exchanged, with a cure; {@link IOException} if it cannot be read or written.
 */
@OnLane("caller")
public final class EngineExchange {
  private static final long NONE = 0;

  private final EngineListing listing;
  private final MemberDirectory directory;
  private final Disk disk;
  private long next = NONE;

  /** Exchanges the engine of {@code directory} on {@code disk}, which the caller has locked. */
  public EngineExchange(Disk disk, MemberDirectory directory) {
    this.disk = disk;
    this.directory = directory;
    this.listing = new EngineListing(disk);
  }

  /**
   * Goes on with an exchange whose new engine is in use already.
   *
   * @return that engine's backend; null if there is no such exchange
   */
  public @Nullable String resume() throws IOException {
    EngineListing.Current current = listing.readCurrent();
    if (current.backend() == null) {
      return null;
    }
    finish(current);
    return current.backend();
  }

  /** The folder of the engine in use. */
  public String current() throws IOException {
    return EngineListing.folder(listing.readCurrent().number());
  }

  /**
   * Makes the empty folder of the next engine, and removes what earlier attempts have left of it. A
   * state that was being received goes with it; the member asks for that again.
   *
   * @throws IllegalStateException if a received state waits to be put in use
   */
  public String begin() throws IOException {
    long current = listing.readCurrent().number();
    if (listing.list(EngineListing.COMPLETE).stream().anyMatch(number -> number > current)) {
      throw new IllegalStateException(
          "the member stopped while it took over a state from another member; start it once with"
              + " its present backend, and stop it");
    }
    discard();
    next = current + 1;
    SmallFile.replace(disk, EngineListing.folder(next) + EngineListing.MIGRATING, "");
    return listing.make(next);
  }

  /** Removes the next engine, which is closed, and whatever else is not in use. */
  public void discard() throws IOException {
    long current = listing.readCurrent().number();
    listing.discardMigrated(current);
    for (long number : listing.list(EngineListing.FOLDER)) {
      if (number != current) {
        listing.removeFolder(number);
      }
    }
    next = NONE;
  }

  /**
   * Puts the next engine in use, which is closed and holds on stable media what the present one
   * holds, and removes the present one.
   */
  public void complete(String backend) throws IOException {
    InvariantViolation.check(next != NONE, "an exchange is completed after it was begun");
    // The engine has done the same for what it needs; here it costs nothing to be sure.
    disk.syncDirectory(EngineListing.folder(next));
    EngineListing.Current exchanged = new EngineListing.Current(next, backend);
    listing.replaceCurrent(exchanged);
    finish(exchanged);
  }

  private void finish(EngineListing.Current current) throws IOException {
    directory.settleBackend();
    next = NONE;
    for (long number : listing.list(EngineListing.FOLDER)) {
      if (number != current.number()) {
        listing.removeFolder(number);
      }
    }
    listing.discardMigrated(current.number());
    listing.sync();
  }
}
