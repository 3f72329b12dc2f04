// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Files in memory, which remembers what a power cut leaves: content as of the last sync of each
 * file, names as of the last sync of each directory, and nothing since.
 */
final class VirtualDisk implements Disk {
  /** A file, under whatever names. What lies between the marks is not synced yet. */
  private static final class Content {
    private byte[] now = {};
    private byte[] durable = {};
    private int dirtyFrom = Integer.MAX_VALUE;
    private int dirtyTo;

    void dirty(int from, int to) {
      dirtyFrom = Math.min(dirtyFrom, from);
      dirtyTo = Math.max(dirtyTo, to);
    }

    void sync() {
      if (durable.length != now.length) {
        durable = Arrays.copyOf(durable, now.length);
      }
      int to = Math.min(dirtyTo, now.length);
      if (dirtyFrom < to) {
        System.arraycopy(now, dirtyFrom, durable, dirtyFrom, to - dirtyFrom);
      }
      dirtyFrom = Integer.MAX_VALUE;
      dirtyTo = 0;
    }
  }

  private final TreeMap<String, Content> names = new TreeMap<>();
  private final TreeMap<String, Content> durableNames = new TreeMap<>();
  private boolean failing;

  /** From now on no sync succeeds, or each does again. */
  synchronized void failSyncs(boolean fail) {
    failing = fail;
  }

  /** A disk with what a power cut at this moment would leave. */
  synchronized VirtualDisk afterPowerCut() {
    VirtualDisk left = new VirtualDisk();
    durableNames.forEach((name, content) -> {
      Content copy = new Content();
      copy.durable = content.durable.clone();
      copy.now = content.durable.clone();
      left.names.put(name, copy);
      left.durableNames.put(name, copy);
    });
    return left;
  }

  private Content find(String path) throws IOException {
    Content content = names.get(path);
    if (content == null) {
      throw new IOException("no file '" + path + "'");
    }
    return content;
  }

  @Override
  public synchronized DiskFile open(String path) throws IOException {
    return new OpenFile(find(path));
  }

  @Override
  public synchronized DiskFile create(String path) throws IOException {
    if (names.containsKey(path)) {
      throw new IOException("'" + path + "' exists");
    }
    Content content = new Content();
    names.put(path, content);
    return new OpenFile(content);
  }

  @Override
  public synchronized boolean exists(String path) {
    return names.containsKey(path) || !list(path).isEmpty();
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    names.put(to, find(from));
    names.remove(from);
  }

  @Override
  public synchronized void remove(String path) {
    names.remove(path);
  }

  /** A directory is there when it has files. */
  @Override
  public void createDirectories(String path) {}

  @Override
  public synchronized List<String> list(String directory) {
    String prefix = directory + "/";
    return names.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()).split("/", 2)[0])
        .distinct()
        .toList();
  }

  @Override
  public synchronized void syncDirectory(String directory) throws IOException {
    requireSyncs();
    durableNames.keySet().removeIf(name -> isIn(directory, name));
    names.forEach((name, content) -> {
      if (isIn(directory, name)) {
        durableNames.put(name, content);
      }
    });
  }

  private static boolean isIn(String directory, String name) {
    return name.lastIndexOf('/') == directory.length() && name.startsWith(directory);
  }

  private void requireSyncs() throws IOException {
    if (failing) {
      throw new IOException("sync failed, as this test wants");
    }
  }

  @Override
  public long freeBytes() {
    return Long.MAX_VALUE;
  }

  private final class OpenFile implements DiskFile {
    private final Content content;

    OpenFile(Content content) {
      this.content = content;
    }

    @Override
    public int read(long at, ByteBuffer target) {
      synchronized (VirtualDisk.this) {
        int length = (int) Math.min(target.remaining(), content.now.length - at);
        if (length <= 0) {
          return -1;
        }
        target.put(content.now, (int) at, length);
        return length;
      }
    }

    @Override
    public void write(long at, ByteBuffer source) {
      synchronized (VirtualDisk.this) {
        int from = (int) at;
        int to = from + source.remaining();
        if (to > content.now.length) {
          content.dirty(content.now.length, to);
          content.now = Arrays.copyOf(content.now, to);
        }
        content.dirty(from, to);
        source.get(content.now, from, to - from);
      }
    }

    @Override
    public void truncate(long size) {
      synchronized (VirtualDisk.this) {
        content.dirty(Math.min(content.now.length, (int) size), (int) size);
        content.now = Arrays.copyOf(content.now, (int) size);
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (VirtualDisk.this) {
        requireSyncs();
        content.sync();
      }
    }

    @Override
    public long size() {
      synchronized (VirtualDisk.this) {
        return content.now.length;
      }
    }

    @Override
    public void close() {}
  }
}
