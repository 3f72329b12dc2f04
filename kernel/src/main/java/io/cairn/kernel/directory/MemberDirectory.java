// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import io.cairn.spi.environment.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The folder {@code member} of a data directory.
 *
 * <table>
 *   <caption>What lies in it</caption>
 *   <tr><td>{@code FORMAT}</td><td>whose it is; read before anything else, rewritten at each start</td></tr>
 *   <tr><td>{@code CURRENT}</td><td>the name of the engine's folder in use; for a moment of an
 *       {@link EngineExchange} also its backend, which then counts and not FORMAT's</td></tr>
 *   <tr><td>{@code engine-<n>}</td><td>a storage engine's files</td></tr>
 *   <tr><td>{@code engine-<n>.complete}</td><td>says that a received state is complete; see {@link
 *       EngineFolders}</td></tr>
 *   <tr><td>{@code engine-<n>.migrating}</td><td>says that the folder is of a backend to come; see
 *       {@link EngineExchange}</td></tr>
 *   <tr><td>{@code wal}</td><td>the consensus log</td></tr>
 *   <tr><td>{@code RESTORING}</td><td>without {@code FORMAT}: a restore was broken off; see {@link
 *       NewDirectory}</td></tr>
 * </table>
 *
 * <p>Both small files are replaced by writing a new one, syncing it, renaming it and syncing the
 * folder, so a crash leaves the old or the new one. {@code FORMAT} carries a checksum.
 *
 * <p><b>Failure.</b> {@link IllegalStateException} for a directory that this member must not use,
 * with the reason and a cure; {@link IOException} if it cannot be read or written. <b>Threads.</b>
 * Used by one, at start.
 */
public final class MemberDirectory {
  /** The folder within the data directory. Its existence means that the member has been started. */
  public static final String MEMBER = "member";

  /** The folder of the consensus log. */
  public static final String WAL = MEMBER + "/wal";

  private static final String FORMAT = MEMBER + "/FORMAT";
  static final long FIRST_ENGINE = 1;
  private static final String FORMAT_VERSION = "1";

  private final Disk disk;
  private final EngineListing listing;
  private final String shownPath;

  /**
   * The directory on {@code disk}.
   *
   * @param shownPath how messages call it
   */
  public MemberDirectory(Disk disk, String shownPath) {
    this.disk = disk;
    this.listing = new EngineListing(disk);
    this.shownPath = shownPath;
  }

  /** Whose directory it is, or nothing if it has not been made yet. */
  public Optional<MemberIdentity> read() throws IOException {
    if (!disk.exists(FORMAT)) {
      refuseForeignContent();
      return Optional.empty();
    }
    MemberIdentity identity = parse(readSmall(FORMAT));
    String exchanged = listing.hasCurrent() ? listing.readCurrent().backend() : null;
    return Optional.of(exchanged == null ? identity : identity.withBackend(exchanged));
  }

  /** Makes the directory for a member that has none yet; its boot counter stands at 1. */
  public MemberIdentity create(String backend, long clusterId, long memberId, long incarnation)
      throws IOException {
    disk.createDirectories(MEMBER);
    disk.syncDirectory("");
    MemberIdentity identity = new MemberIdentity(backend, clusterId, memberId, incarnation, 1);
    listing.replaceCurrent(new EngineListing.Current(FIRST_ENGINE, null));
    SmallFile.replace(disk, FORMAT, text(identity));
    return identity;
  }

  /**
   * Records another start.
   *
   * @param backend the backend that this start uses
   * @throws IllegalStateException if another backend wrote the directory
   */
  public MemberIdentity boot(MemberIdentity identity, String backend) throws IOException {
    if (!identity.backend().equals(backend)) {
      throw new IllegalStateException(
          "the data directory '%s' was written by backend '%s' and cannot be opened with backend '%s'; 'cairnutl migrate' converts it"
              .formatted(shownPath, identity.backend(), backend));
    }
    MemberIdentity next = identity.nextBoot();
    SmallFile.replace(disk, FORMAT, text(next));
    settleCurrent();
    return next;
  }

  /**
   * Removes everything of a member, for a backend that has kept nothing of it; {@link #create} may
   * follow. Who the member was goes last, so it can be called again if it was cut short.
   */
  public void forget() throws IOException {
    for (String name : disk.list(MEMBER)) {
      if (!name.equals("LOCK") && !FORMAT.endsWith(name)) {
        listing.remove(MEMBER + "/" + name);
      }
    }
    listing.sync();
    disk.remove(FORMAT);
    listing.sync();
  }

  /** Brings FORMAT and CURRENT to agree after {@link EngineExchange} has put an engine in use. */
  void settleBackend() throws IOException {
    MemberIdentity identity =
        read().orElseThrow(() -> new IllegalStateException("there is no member to settle"));
    SmallFile.replace(disk, FORMAT, text(identity));
    settleCurrent();
  }

  /** CURRENT need not name a backend any more once FORMAT names the same. */
  private void settleCurrent() throws IOException {
    if (listing.hasCurrent()) {
      EngineListing.Current current = listing.readCurrent();
      if (current.backend() != null) {
        listing.replaceCurrent(new EngineListing.Current(current.number(), null));
      }
    }
  }

  private void refuseForeignContent() throws IOException {
    List<String> content = disk.list(MEMBER);
    if (content.contains("snap")) {
      throw new IllegalStateException(
          ("the data directory '%s' was written by etcd; Cairn cannot open it. Take a backup of"
                  + " it with 'etcdctl snapshot save' and make a directory of that with 'cairnutl"
                  + " snapshot restore'")
              .formatted(shownPath));
    }
    if (content.contains(NewDirectory.RESTORING)) {
      throw new IllegalStateException(
          ("restoring a backup into the data directory '%s' was broken off; remove the directory"
                  + " and restore again")
              .formatted(shownPath));
    }
    // CURRENT is written before FORMAT: alone it is the trace of a first start that was cut short.
    for (String name : content) {
      if (!name.equals("CURRENT") && !name.endsWith(".tmp") && !name.equals("LOCK")) {
        throw damaged(FORMAT, "the file is missing, yet there is '" + name + "'");
      }
    }
  }

  private String readSmall(String path) throws IOException {
    try {
      return SmallFile.read(disk, path);
    } catch (SmallFile.TooLarge e) {
      throw damaged(path, "it has " + e.bytes() + " bytes");
    }
  }

  private static String text(MemberIdentity identity) {
    String body =
        """
        cairn %s
        backend %s
        cluster %s
        member %s
        incarnation %s
        boot %d
        """
            .formatted(
                FORMAT_VERSION,
                identity.backend(),
                Long.toHexString(identity.clusterId()),
                Long.toHexString(identity.memberId()),
                Long.toHexString(identity.incarnation()),
                identity.boot());
    return body + "checksum " + checksum(body) + "\n";
  }

  private MemberIdentity parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int space = line.indexOf(' ');
      if (space < 0) {
        throw damaged(FORMAT, "'" + line + "' is not a name and a value");
      }
      values.put(line.substring(0, space), line.substring(space + 1));
    }
    if (values.containsKey("cairn") && !value(values, "cairn").equals(FORMAT_VERSION)) {
      throw new IllegalStateException(
          "the data directory '%s' has format %s; this version of Cairn reads format %s"
              .formatted(shownPath, value(values, "cairn"), FORMAT_VERSION));
    }
    int end = text.indexOf("checksum ");
    if (end < 0 || !value(values, "checksum").equals(checksum(text.substring(0, end)))) {
      throw damaged(FORMAT, "its checksum does not match");
    }
    try {
      return new MemberIdentity(
          value(values, "backend"),
          Long.parseUnsignedLong(value(values, "cluster"), 16),
          Long.parseUnsignedLong(value(values, "member"), 16),
          Long.parseUnsignedLong(value(values, "incarnation"), 16),
          Long.parseLong(value(values, "boot")));
    } catch (NumberFormatException e) {
      throw damaged(FORMAT, "a number is malformed: " + e.getMessage());
    }
  }

  private String value(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null) {
      throw damaged(FORMAT, "it has no '" + name + "'");
    }
    return value;
  }

  private IllegalStateException damaged(String file, String what) {
    return new IllegalStateException(
        ("the file '%s' of data directory '%s' is damaged: %s. Restore the directory from a backup,"
                + " or remove the member and add it anew")
            .formatted(file, shownPath, what));
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }
}
