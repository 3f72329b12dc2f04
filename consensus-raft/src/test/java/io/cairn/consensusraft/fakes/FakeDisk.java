// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory that knows what is durable. A power cut keeps any subset of the unsynced sectors
 * and any prefix of the unsynced changes of names; the death of a process alone loses nothing.
 */
public final class FakeDisk implements Disk {
  private static final int SECTOR = 512;

  private static final class Content {
    byte[] now = new byte[0];
    byte[] durable = new byte[0];
    final BitSet dirty = new BitSet();
  }

  private TreeMap<String, Content> names = new TreeMap<>();
  private TreeMap<String, Content> durableNames = new TreeMap<>();
  private final List<TreeMap<String, Content>> unsyncedNames = new ArrayList<>();
  private long operationsLeft = Long.MAX_VALUE;
  private boolean failing;
  private long syncs;
  private int openFiles;

  /** Lets {@code operations} more writes, syncs and changes of names happen, then none. */
  public synchronized void cutPowerAfter(long operations) {
    operationsLeft = operations;
  }

  /** From now on syncs fail with an exception. */
  public synchronized void failSyncs() {
    failing = true;
  }

  /** How many syncs of files were asked for. */
  public synchronized long syncs() {
    return syncs;
  }

  /** How many files are open. */
  public synchronized int openFiles() {
    return openFiles;
  }

  /** Whether anything written to a file could still be lost. */
  public synchronized boolean hasUnsynced() {
    return names.values().stream().anyMatch(content -> !content.dirty.isEmpty());
  }

  /** What a power cut leaves. Files that are open belong to the dead. */
  public synchronized void powerCut(Random dice) {
    if (!unsyncedNames.isEmpty()) {
      int kept = dice.nextInt(unsyncedNames.size() + 1);
      durableNames = kept == 0 ? durableNames : unsyncedNames.get(kept - 1);
    }
    names = new TreeMap<>(durableNames);
    unsyncedNames.clear();
    int mode = dice.nextInt(3);
    for (Content content : names.values()) {
      byte[] after = Arrays.copyOf(content.durable, content.now.length);
      for (int sector = content.dirty.nextSetBit(0);
          sector >= 0;
          sector = content.dirty.nextSetBit(sector + 1)) {
        if (mode == 0 || (mode == 1 && dice.nextBoolean())) {
          int from = sector * SECTOR;
          int length = Math.min(SECTOR, content.now.length - from);
          if (length > 0) {
            System.arraycopy(content.now, from, after, from, length);
          }
        }
      }
      content.now = after;
      content.durable = after.clone();
      content.dirty.clear();
    }
    restart();
  }

  /** The process died, the machine goes on. */
  public synchronized void restart() {
    operationsLeft = Long.MAX_VALUE;
    failing = false;
  }

  /** A file as it is now. */
  public synchronized byte[] content(String path) {
    Content content = names.get(path);
    if (content == null) {
      throw new IllegalArgumentException("no file " + path);
    }
    return content.now.clone();
  }

  /** Replaces a file behind everybody's back. */
  public synchronized void replace(String path, byte[] bytes) {
    Content content = new Content();
    content.now = bytes.clone();
    content.durable = bytes.clone();
    names.put(path, content);
    durableNames.put(path, content);
  }

  /** The paths of all files. */
  public synchronized List<String> paths() {
    return List.copyOf(names.keySet());
  }

  /** A disk with the same content, all of it durable. */
  public synchronized FakeDisk copy() {
    FakeDisk copy = new FakeDisk();
    names.forEach((path, content) -> copy.replace(path, content.now));
    return copy;
  }

  private void operation() {
    if (operationsLeft <= 0) {
      operationsLeft = -1;
      throw new PowerCut();
    }
    operationsLeft--;
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
    operation();
    if (names.containsKey(path)) {
      throw new IOException("'" + path + "' exists");
    }
    Content content = new Content();
    names.put(path, content);
    unsyncedNames.add(new TreeMap<>(names));
    return new OpenFile(content);
  }

  @Override
  public synchronized boolean exists(String path) {
    return names.containsKey(path);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    operation();
    names.put(to, find(from));
    names.remove(from);
    unsyncedNames.add(new TreeMap<>(names));
  }

  @Override
  public synchronized void remove(String path) {
    operation();
    if (names.remove(path) != null) {
      unsyncedNames.add(new TreeMap<>(names));
    }
  }

  @Override
  public void createDirectories(String path) {}

  @Override
  public synchronized List<String> list(String directory) {
    return names.keySet().stream()
        .filter(name -> name.startsWith(directory + "/"))
        .map(name -> name.substring(directory.length() + 1))
        .toList();
  }

  @Override
  public synchronized void syncDirectory(String directory) {
    operation();
    durableNames = new TreeMap<>(names);
    unsyncedNames.clear();
  }

  @Override
  public long freeBytes() {
    return Long.MAX_VALUE;
  }

  private final class OpenFile implements DiskFile {
    private final Content content;

    private boolean closed;

    OpenFile(Content content) {
      this.content = content;
      openFiles++;
    }

    @Override
    public int read(long at, ByteBuffer target) {
      synchronized (FakeDisk.this) {
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
      synchronized (FakeDisk.this) {
        // The power may fail in the middle of the write: then any of its sectors may have been
        // written.
        boolean last = operationsLeft == 0;
        int length = source.remaining();
        if (at + length > content.now.length) {
          content.now = Arrays.copyOf(content.now, (int) at + length);
        }
        if (operationsLeft >= 0) {
          source.get(content.now, (int) at, length);
          content.dirty.set((int) at / SECTOR, ((int) at + length - 1) / SECTOR + 1);
        }
        if (last) {
          operationsLeft = -1;
        }
        if (operationsLeft < 0) {
          throw new PowerCut();
        }
        operationsLeft--;
      }
    }

    @Override
    public void truncate(long size) {
      throw new UnsupportedOperationException("the log never truncates a file");
    }

    @Override
    public void sync() throws IOException {
      synchronized (FakeDisk.this) {
        syncs++;
        if (failing) {
          throw new IOException("sync failed");
        }
        if (operationsLeft <= 0) {
          operationsLeft = -1;
          throw new PowerCut();
        }
        operationsLeft--;
        content.durable = content.now.clone();
        content.dirty.clear();
      }
    }

    @Override
    public long size() {
      synchronized (FakeDisk.this) {
        return content.now.length;
      }
    }

    @Override
    public void close() {
      synchronized (FakeDisk.this) {
        openFiles -= closed ? 0 : 1;
        closed = true;
      }
    }
  }
}
