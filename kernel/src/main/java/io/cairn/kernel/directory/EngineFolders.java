// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import static io.cairn.kernel.directory.EngineListing.COMPLETE;
import static io.cairn.kernel.directory.EngineListing.FOLDER;
import static io.cairn.kernel.directory.EngineListing.folder;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The folders {@code member/engine-<n>}, of which {@code member/CURRENT} names the one in use.
 *
 * <p>A file {@code member/engine-<n>.complete} beside a folder says that the engine in it holds a
 * whole state that was received, and at which entry. It is written, synced and renamed after the
 * engine's barrier and before the log records that the state is installed, so at a start:
 *
 * <table>
 *   <caption>What an engine beside the one in use is</caption>
 *   <tr><th>complete</th><th>log has recorded its entry</th><th>then</th></tr>
 *   <tr><td>no</td><td>no</td><td>it was being received, and may be gone on with</td></tr>
 *   <tr><td>yes</td><td>no</td><td>it was never installed, and is removed</td></tr>
 *   <tr><td>yes</td><td>yes</td><td>it is the member's state, and becomes the one in use</td></tr>
 * </table>
 *
 * <p>What lies below the one in use was in use before, and is removed. So is what {@link
 * EngineExchange} has left that never came into use.
 *
 * <p><b>Threads.</b> {@link #open} at start; then as {@link EngineHome} says. The apply lane and
 * the snapshot lane take turns: a switch follows a completion, and the next transfer a switch.
 */
public final class EngineFolders implements EngineHome {
  private static final long NONE = 0;

  /** Opens the engine in a folder that exists. */
  @FunctionalInterface
  public interface Opener {
    /** Opens the engine in {@code folder}, a path on the disk. */
    StorageEngine open(String folder);
  }

  private final Disk disk;
  private final EngineListing listing;
  private final Opener opener;
  private final LongSupplier recorded;

  // Handed from the snapshot lane to the apply lane and back with the state that is installed.
  private volatile long current;
  private volatile long next;

  /**
   * The folders on {@code disk}, whose member has been created.
   *
   * @param recorded asked at the start if there is a complete engine: the index behind which the
   *     log begins, which is where the state stands that the log has last recorded as installed
   */
  public EngineFolders(Disk disk, Opener opener, LongSupplier recorded) {
    this.disk = disk;
    this.listing = new EngineListing(disk);
    this.opener = opener;
    this.recorded = recorded;
  }

  /**
   * Finds the engine in use, removes what is left of others, and opens it.
   *
   * @throws IllegalStateException if {@code CURRENT} is damaged
   */
  public StorageEngine open() throws IOException {
    current = listing.readCurrent().number();
    listing.discardMigrated(current);
    long complete = findComplete();
    if (complete > current && readComplete(complete) == recorded.getAsLong()) {
      putInUse(complete);
    } else if (complete > current) {
      listing.removeFolder(complete);
    }
    for (long number : listing.list(FOLDER)) {
      if (number < current) {
        listing.removeFolder(number);
      }
    }
    for (long number : listing.list(COMPLETE)) {
      disk.remove(folder(number) + COMPLETE);
    }
    listing.sync();
    next =
        listing.list(FOLDER).stream().filter(number -> number > current).findFirst().orElse(NONE);
    return opener.open(listing.make(current));
  }

  /** The folder of the engine in use. */
  public String current() {
    return folder(current);
  }

  @Override
  public StorageEngine openNext() {
    try {
      if (next == NONE) {
        next = current + 1;
      }
      return opener.open(listing.make(next));
    } catch (IOException e) {
      throw failed("make a folder for the next engine", e);
    }
  }

  @Override
  public void discardNext() {
    try {
      disk.remove(folder(next) + COMPLETE);
      listing.removeFolder(next);
    } catch (IOException e) {
      throw failed("remove the folder '" + folder(next) + "'", e);
    }
  }

  @Override
  public void completeNext(long appliedIndex) {
    try {
      SmallFile.replace(disk, folder(next) + COMPLETE, "applied " + appliedIndex + "\n");
    } catch (IOException e) {
      throw failed("note that '" + folder(next) + "' is complete", e);
    }
  }

  @Override
  public Runnable switchToNext() {
    InvariantViolation.check(next > current, "a state is installed after it was completed");
    long former = current;
    try {
      putInUse(next);
      disk.remove(folder(next) + COMPLETE);
    } catch (IOException e) {
      throw failed("make '" + folder(next) + "' the engine in use", e);
    }
    next = NONE;
    return () -> {
      try {
        listing.removeFolder(former);
      } catch (IOException e) {
        throw failed("remove the folder '" + folder(former) + "'", e);
      }
    };
  }

  private void putInUse(long number) throws IOException {
    listing.replaceCurrent(new EngineListing.Current(number, null));
    current = number;
  }

  private long findComplete() throws IOException {
    List<Long> numbers = listing.list(COMPLETE);
    return numbers.isEmpty() ? NONE : numbers.getLast();
  }

  private long readComplete(long number) throws IOException {
    String path = folder(number) + COMPLETE;
    String text = SmallFile.read(disk, path).strip();
    if (!text.matches("applied [0-9]{1,18}")) {
      throw EngineListing.damaged(path, "'" + text + "' does not name an entry");
    }
    return Long.parseLong(text.substring("applied ".length()));
  }

  private static StorageException failed(String what, IOException cause) {
    return new StorageException.Failed("cannot " + what + ": " + cause.getMessage(), cause);
  }
}
