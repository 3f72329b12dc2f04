// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.OnLane;
import java.io.IOException;

/**
 * Makes the directory of a member that begins with content instead of an empty engine.
 *
 * <p>First comes {@code member/RESTORING}, then engine and log, and at last {@code FORMAT}, without
 * which no member starts. So there is a directory that starts, and is complete; or one that does
 * not, and says that restoring was broken off.
 *
 * <p><b>Failure.</b> {@link IOException} if the directory cannot be written.
 */
@OnLane("caller")
public final class NewDirectory {
  static final String RESTORING = "RESTORING";

  private static final String MARK = MemberDirectory.MEMBER + "/" + RESTORING;

  private final Disk disk;
  private final MemberDirectory directory;
  private final EngineListing listing;

  /** Will make {@code directory} on {@code disk}, where there is nothing yet. */
  public NewDirectory(Disk disk, MemberDirectory directory) {
    this.disk = disk;
    this.directory = directory;
    this.listing = new EngineListing(disk);
  }

  /** Begins, and returns the empty folder for the engine. */
  public String begin() throws IOException {
    disk.createDirectories(MemberDirectory.MEMBER);
    disk.syncDirectory("");
    SmallFile.replace(disk, MARK, "");
    return listing.make(MemberDirectory.FIRST_ENGINE);
  }

  /** The member can start: engine and log are closed, and on stable media. */
  public void complete(MemberIdentity identity) throws IOException {
    disk.syncDirectory(EngineListing.folder(MemberDirectory.FIRST_ENGINE));
    var _ =
        directory.create(
            identity.backend(), identity.clusterId(), identity.memberId(), identity.incarnation());
    disk.remove(MARK);
    disk.syncDirectory(MemberDirectory.MEMBER);
  }

  /** Removes what was made, when it is not to be completed. Everything in it is closed. */
  public void discard() throws IOException {
    listing.remove(MemberDirectory.MEMBER);
  }
}
