// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A member's disk, which outlives its processes. It knows what is durable: everything before a sync
 * that returned. Of what came later a crash keeps a random legal subset: writes whole, torn at
 * sectors or not at all; names and data independently of each other.
 *
 * <p>A sync returns at once and {@linkplain EventQueue#elapse takes} its time. Where {@linkplain
 * #syncsGoOnWhile nobody can have heard} that it returned before that time is over, power may fail
 * meanwhile: then it has promised nothing yet. Elsewhere it is durable at once.
 *
 * <p>A sync that fails is believed by the disk and not by the medium: what it should have written
 * is clean and lost. Whoever syncs again is told that all is well, and finds nothing after a crash.
 */
@ThreadSafe // All of a simulation is one thread.
public final class SimulatedDisk implements Disk {
  /**
   * How a disk is, now.
   *
   * @param syncNanos how long a sync takes on average
   * @param slowSyncNanos how long one takes that has to wait
   * @param slowSyncs how many of a thousand syncs have to wait
   * @param syncErrors how many of ten thousand syncs fail
   * @param writeErrors how many of ten thousand writes fail
   */
  public record Health(
      long syncNanos, long slowSyncNanos, int slowSyncs, int syncErrors, int writeErrors) {
    /** Syncs of a good disk, and no errors. */
    public static final Health GOOD = new Health(300_000, 0, 0, 0, 0);
  }

  /** A change of names that may still be lost. */
  private record NameChange(
      @Nullable String from, @Nullable String to, @Nullable FileContent content) {
    void apply(TreeMap<String, FileContent> names) {
      if (from != null) {
        names.remove(from);
      }
      if (to != null && content != null) {
        names.put(to, content);
      }
    }
  }

  /** All files of a disk as they were at some moment. */
  public static final class Copy {
    private final TreeMap<String, Bytes> files = new TreeMap<>();

    private Copy() {}
  }

  private final EventQueue queue;
  private final Rng rng;
  private TreeMap<String, FileContent> names = new TreeMap<>();
  private TreeMap<String, FileContent> durableNames = new TreeMap<>();
  private final List<NameChange> nameChanges = new ArrayList<>();
  private Health health = Health.GOOD;
  private long capacityBytes = Long.MAX_VALUE;
  private long epoch;
  private int operationsLeft = -1;
  private @Nullable Runnable powerCut;
  private long syncs;
  private long failedSyncs;
  private long failedWrites;
  private long cutSyncs;
  private long tornWrites;
  private BooleanSupplier goesOn = () -> false;

  /** An empty disk. */
  public SimulatedDisk(EventQueue queue, Rng rng) {
    this.queue = queue;
    this.rng = rng;
  }

  /** Makes the disk better or worse. */
  public void health(Health next) {
    health = next;
  }

  /** Leaves so much room beside what there is; any amount if negative. */
  public void room(long bytes) {
    capacityBytes = bytes < 0 ? Long.MAX_VALUE : usedBytes() + bytes;
  }

  /** Syncs that were asked for. */
  public long syncs() {
    return syncs;
  }

  /** Says whether nobody hears of a sync that is asked for now until it is over. */
  public void syncsGoOnWhile(BooleanSupplier unheardOf) {
    goesOn = unheardOf;
  }

  /** Syncs that were under way when the power failed. */
  public long cutSyncs() {
    return cutSyncs;
  }

  /** Writes of which a failure of the power has left some sectors and not others. */
  public long tornWrites() {
    return tornWrites;
  }

  /** Syncs and writes that failed. */
  public long failures() {
    return failedSyncs + failedWrites;
  }

  /** The process dies and the machine goes on: nothing is lost, open files belong to the dead. */
  public void processDied() {
    epoch++;
    operationsLeft = -1;
  }

  /**
   * The power fails within the machine's next writes, syncs and changes of names: so many of them
   * still happen.
   *
   * @param then told at that moment
   */
  public void cutPowerAfter(int operations, Runnable then) {
    operationsLeft = operations;
    powerCut = then;
  }

  /** The power stays on after all. */
  public void keepPower() {
    operationsLeft = -1;
  }

  /** The power fails: what is not durable by now is kept or lost at random. */
  public void powerFailed() {
    powerFailed(PowerFailure.atRest(rng));
  }

  private void powerFailed(PowerFailure failure) {
    epoch++;
    operationsLeft = -1;
    for (NameChange change : nameChanges) {
      if (failure.spares()) {
        change.apply(durableNames);
      }
    }
    nameChanges.clear();
    names = new TreeMap<>(durableNames);
    for (FileContent content : names.values()) {
      content.settle(queue.now());
      if (content.isBeingSynced()) {
        cutSyncs++;
      }
      for (FileContent.Pending pending : content.pending) {
        if (!pending.lost && failure.spares()) {
          content.makeDurable(failure.leavesOf(pending.write, content));
        }
      }
      content.pending.clear();
      content.now = content.durable.clone();
      content.size = content.durableSize;
    }
    tornWrites += failure.tornWrites();
  }

  /** The paths of all files. */
  public List<String> paths() {
    return List.copyOf(names.keySet());
  }

  /** Damages a bit of a file at rest. */
  public void rot(String path, long at, int bit) {
    FileContent content = names.get(path);
    if (content != null && at < content.size) {
      content.settle(queue.now());
      content.now[(int) at] ^= (byte) (1 << bit);
      if (at < content.durableSize) {
        content.durable[(int) at] ^= (byte) (1 << bit);
      }
    }
  }

  /** How far a file holds anything but zeros. */
  public long usedBytes(String path) {
    FileContent content = names.get(path);
    int used = content == null ? 0 : content.size;
    while (content != null && used > 0 && content.now[used - 1] == 0) {
      used--;
    }
    return used;
  }

  /** Removes everything, as somebody with a shell might. */
  public void wipe() {
    epoch++;
    names.clear();
    durableNames.clear();
    nameChanges.clear();
  }

  /** Copies everything, as somebody with a shell might. */
  public Copy copy() {
    Copy copy = new Copy();
    names.forEach((name, content) ->
        copy.files.put(name, Bytes.of(Arrays.copyOf(content.now, content.size))));
    return copy;
  }

  /** Puts a copy in place of everything. */
  public void restore(Copy copy) {
    wipe();
    copy.files.forEach((name, bytes) -> {
      FileContent content = new FileContent();
      FileContent.Write all = new FileContent.Write(0, bytes, bytes.length());
      content.write(all);
      content.makeDurable(all);
      content.pending.clear();
      names.put(name, content);
      durableNames.put(name, content);
    });
  }

  private void change(NameChange change) {
    operation();
    change.apply(names);
    nameChanges.add(change);
  }

  private FileContent find(String path) throws IOException {
    FileContent content = names.get(path);
    if (content == null) {
      throw new IOException("no file '" + path + "'");
    }
    return content;
  }

  private void checkSpace(long more) throws IOException {
    if (more > 0 && capacityBytes != Long.MAX_VALUE && freeBytes() < more) {
      failedWrites++;
      throw new IOException("no space left on device");
    }
  }

  @Override
  public DiskFile open(String path) throws IOException {
    return new OpenFile(path, find(path));
  }

  @Override
  public DiskFile create(String path) throws IOException {
    if (names.containsKey(path)) {
      throw new IOException("file '" + path + "' exists");
    }
    checkSpace(1);
    FileContent content = new FileContent();
    change(new NameChange(null, path, content));
    return new OpenFile(path, content);
  }

  @Override
  public boolean exists(String path) {
    return names.containsKey(path) || names.keySet().stream().anyMatch(n -> isIn(n, path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    change(new NameChange(from, to, find(from)));
  }

  @Override
  public void remove(String path) {
    if (names.containsKey(path)) {
      change(new NameChange(path, null, null));
    }
  }

  @Override
  public void createDirectories(String path) {
    // A directory is there as soon as there is a file in it; none is ever lost.
  }

  @Override
  public List<String> list(String directory) {
    List<String> found = new ArrayList<>();
    for (String name : names.keySet()) {
      if (isIn(name, directory)) {
        String rest = name.substring(directory.length() + 1);
        int slash = rest.indexOf('/');
        String child = slash < 0 ? rest : rest.substring(0, slash);
        if (found.isEmpty() || !found.getLast().equals(child)) {
          found.add(child);
        }
      }
    }
    return found;
  }

  private static boolean isIn(String name, String directory) {
    return name.length() > directory.length()
        && name.startsWith(directory)
        && name.charAt(directory.length()) == '/';
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    beginSync(directory);
    for (Iterator<NameChange> i = nameChanges.iterator(); i.hasNext(); ) {
      NameChange change = i.next();
      String name = change.to() != null ? change.to() : change.from();
      if (name != null && isIn(name, directory)) {
        change.apply(durableNames);
        i.remove();
      }
    }
  }

  @Override
  public long freeBytes() {
    if (capacityBytes == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, capacityBytes - usedBytes());
  }

  private long usedBytes() {
    long used = 0;
    for (FileContent content : names.values()) {
      used += content.size;
    }
    return used;
  }

  /** The power fails before something is done, if it is to. */
  private void operation() {
    if (operationsLeft >= 0 && --operationsLeft < 0) {
      powerFailed(PowerFailure.withinAnOperation(rng));
      Runnable told = powerCut;
      if (told != null) {
        told.run();
      }
      throw new MemberStopped("the power fails", new IOException("no power"));
    }
  }

  private void beginSync(String path) throws IOException {
    operation();
    syncs++;
    boolean slow = health.slowSyncs() > 0 && rng.below(1000) < health.slowSyncs();
    long about = slow ? health.slowSyncNanos() : health.syncNanos();
    queue.elapse(about / 2 + (about == 0 ? 0 : Long.remainderUnsigned(rng.next(), about)));
    if (health.syncErrors() > 0 && rng.below(10_000) < health.syncErrors()) {
      failedSyncs++;
      throw new IOException("sync of '" + path + "' failed");
    }
  }

  private final class OpenFile implements DiskFile {
    private final String path;
    private final FileContent content;
    private final long openedIn = epoch;

    OpenFile(String path, FileContent content) {
      this.path = path;
      this.content = content;
    }

    private void checkOpen() throws IOException {
      if (openedIn != epoch) {
        throw new IOException("file '" + path + "' was opened by a process that has ended");
      }
    }

    @Override
    public int read(long at, ByteBuffer target) throws IOException {
      checkOpen();
      int length = (int) Math.min(target.remaining(), content.size - at);
      if (length <= 0) {
        return target.hasRemaining() ? -1 : 0;
      }
      target.put(content.now, (int) at, length);
      return length;
    }

    @Override
    public void write(long at, ByteBuffer source) throws IOException {
      checkOpen();
      int length = source.remaining();
      checkSpace(at + length - content.size);
      if (health.writeErrors() > 0 && rng.below(10_000) < health.writeErrors()) {
        failedWrites++;
        throw new IOException("write to '" + path + "' failed");
      }
      byte[] bytes = new byte[length];
      source.get(bytes);
      content.write(
          new FileContent.Write(at, Bytes.of(bytes), Math.max(content.size, at + length)));
      // If the power fails, then in the middle: some of it may be on the medium.
      operation();
    }

    @Override
    public void truncate(long size) throws IOException {
      checkOpen();
      checkSpace(size - content.size);
      content.write(new FileContent.Write(0, Bytes.EMPTY, size));
    }

    @Override
    public void sync() throws IOException {
      checkOpen();
      try {
        beginSync(path);
      } catch (IOException failed) {
        content.settle(queue.eventTime());
        for (FileContent.Pending pending : content.pending) {
          // What an earlier sync of a process that is dead by now still writes is not dirty.
          pending.lost |= pending.durableAtNanos == Long.MAX_VALUE;
        }
        throw failed;
      }
      content.syncedAt(goesOn.getAsBoolean() ? queue.now() : Long.MIN_VALUE);
      content.settle(queue.eventTime());
    }

    @Override
    public long size() throws IOException {
      checkOpen();
      return content.size;
    }

    @Override
    public void close() {
      // There is nothing to give back.
    }
  }
}
