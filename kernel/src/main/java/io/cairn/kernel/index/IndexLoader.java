// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty index from records in revision order, to packed pages.
 *
 * <p>The revisions are divided among partitions, each of which one thread fills; records of a
 * partition come in revision order, and every revision of a partition is older than those of the
 * next one. A partition sorts up to 262 144 records at a time by key and packs them into leaves, a
 * <em>run</em>; {@link #finish} merges the runs of all partitions, giving up their pages as it
 * goes. So the heap needed does not grow with the number of records, and the index's memory is
 * needed about once.
 *
 * <p><b>Threads.</b> Each partition belongs to one thread at a time; {@link #finish} comes after
 * the last {@link Partition#close} (with a happens-before edge) and belongs to the apply lane.
 */
@OnLane("apply")
public final class IndexLoader {

  private final KeyIndex index;
  private final PageSlab slab;
  private final TreeEditor editor;
  private final long batch;
  private final List<Partition> partitions = new ArrayList<>();

  IndexLoader(KeyIndex index, PageSlab slab, TreeEditor editor, long batch, int partitionCount) {
    this.index = index;
    this.slab = slab;
    this.editor = editor;
    this.batch = batch;
    for (int i = 0; i < partitionCount; i++) {
      partitions.add(new Partition());
    }
  }

  /** One of the partitions, in order of revisions. */
  public Partition partition(int i) {
    return partitions.get(i);
  }

  /** Completes the index and publishes it as the state of {@code revision}. */
  public IndexRoot finish(long revision) {
    List<PageRows> runs = new ArrayList<>();
    for (Partition partition : partitions) {
      InvariantViolation.check(partition.closed, "a partition is closed before the load finishes");
      runs.addAll(partition.runs);
    }
    PageRows leaves = runs.size() == 1 ? runs.getFirst() : merge(runs);
    if (leaves.count > 0) {
      editor.replaceRoot(PagePacker.raise(slab, batch, leaves));
    }
    return index.writer().publish(revision);
  }

  // ---- merging

  private PageRows merge(List<PageRows> runs) {
    PriorityQueue<RunCursor> next = new PriorityQueue<>(Math.max(1, runs.size()));
    for (int i = 0; i < runs.size(); i++) {
      RunCursor cursor = new RunCursor(slab, runs.get(i), i);
      if (cursor.next()) {
        next.add(cursor);
      }
    }
    Merged merged = new Merged();
    for (RunCursor cursor = next.poll(); cursor != null; cursor = following(cursor, next)) {
      merged.add(cursor);
    }
    return merged.finish();
  }

  /** Moves {@code cursor} on, and returns it or the one that is before it now. */
  private static @Nullable RunCursor following(RunCursor cursor, PriorityQueue<RunCursor> others) {
    if (cursor.next()) {
      RunCursor other = others.peek();
      if (other == null || cursor.compareTo(other) < 0) {
        return cursor;
      }
      others.add(cursor);
    }
    return others.poll();
  }

  /** The rows of all runs, in key order, those of one key from the oldest on. */
  private final class Merged {
    private final HistoryPages history = new HistoryPages(slab, slab::free);
    private final PagePacker packer = new PagePacker(slab, batch, false);
    private final PageRows out = packer.rows();

    /** The key of the last row, which may still get newer records. */
    private byte[] last = {};

    private int lastLength = -1;

    void add(RunCursor cursor) {
      int i = out.count - 1;
      if (lastLength == cursor.length
          && Arrays.equals(last, 0, lastLength, cursor.key, 0, cursor.length)) {
        freeTail(cursor.tailPage());
        int older =
            history.push(out.create[i], out.mod[i], out.version[i], out.sub[i], out.link[i]);
        cursor.copyColumns(out, i, stack(older, cursor.rows.link[cursor.row]));
        return;
      }
      if (lastLength >= 0) {
        packer.added();
      }
      out.insert(out.count, cursor.rows, cursor.row);
      cursor.copyColumns(out, out.count - 1, cursor.rows.link[cursor.row]);
      if (last.length < cursor.length) {
        last = new byte[cursor.key.length];
      }
      System.arraycopy(cursor.key, 0, last, 0, cursor.length);
      lastLength = cursor.length;
    }

    PageRows finish() {
      if (lastLength >= 0) {
        packer.added();
      }
      history.seal();
      return packer.finish();
    }

    /** Writes the chain {@code newer} anew on top of the chain {@code older}. */
    private int stack(int older, int newer) {
      int[] ids = new int[8];
      int count = 0;
      for (int id = newer; id != 0; id = HistoryPages.link(slab, id)) {
        if (count == ids.length) {
          ids = Arrays.copyOf(ids, count * 2);
        }
        ids[count++] = id;
      }
      int chain = older;
      for (int i = count - 1; i >= 0; i--) {
        int id = ids[i];
        chain =
            history.push(
                HistoryPages.create(slab, id),
                HistoryPages.main(slab, id),
                HistoryPages.version(slab, id),
                HistoryPages.sub(slab, id),
                chain);
        history.release(id);
      }
      return chain;
    }

    private void freeTail(int first) {
      for (int page = first; page != 0; ) {
        int following = OverflowKeys.next(slab, page);
        slab.free(page);
        page = following;
      }
    }
  }

  /** Walks the rows of a run in key order and gives up each of its pages when it has been read. */
  private static final class RunCursor implements Comparable<RunCursor> {
    final PageRows rows = new PageRows(false);
    int row = -1;

    /** The whole key of the row. */
    byte[] key = new byte[256];

    int length;

    private final PageSlab slab;
    private final PageRows pages;
    private final int age;
    private int page;

    RunCursor(PageSlab slab, PageRows pages, int age) {
      this.slab = slab;
      this.pages = pages;
      this.age = age;
    }

    boolean next() {
      if (++row == rows.count) {
        if (page == pages.count) {
          return false;
        }
        load();
      }
      length = rows.length[row] + rows.tailLength[row];
      if (key.length < length) {
        key = new byte[length * 2];
      }
      System.arraycopy(rows.heads, rows.at[row], key, 0, rows.length[row]);
      if (rows.tailPage[row] != 0) {
        OverflowKeys.read(slab, rows.tailPage[row], rows.tailLength[row], key, rows.length[row]);
      }
      return true;
    }

    private void load() {
      int leaf = pages.link[page];
      rows.clear();
      rows.load(slab.segment(leaf), PageSlab.base(leaf));
      row = 0;
      slab.free(leaf);
      for (int tail = pages.tailPage[page]; tail != 0; ) {
        int following = OverflowKeys.next(slab, tail);
        slab.free(tail);
        tail = following;
      }
      page++;
    }

    int tailPage() {
      return rows.tailPage[row];
    }

    void copyColumns(PageRows target, int i, int link) {
      target.setColumns(i, rows.create[row], rows.mod[row], rows.version[row], rows.sub[row], link);
    }

    @Override
    public int compareTo(RunCursor other) {
      int byKey = Arrays.compareUnsigned(key, 0, length, other.key, 0, other.length);
      return byKey != 0 ? byKey : Integer.compare(age, other.age);
    }
  }

  // ---- partitions

  /** Takes the records of a stretch of revisions. */
  @OnLane("loader")
  public final class Partition implements AutoCloseable {
    private final LoadRun run = new LoadRun();
    private final HistoryPages history = new HistoryPages(slab, slab::free);
    private final List<PageRows> runs = new ArrayList<>();
    private boolean closed;
    private long lastMain;
    private int lastSub;

    private Partition() {}

    /**
     * Adds the next record.
     *
     * @param key its bytes are copied
     * @param tombstone whether it is a deletion; create revision and version do not matter then
     */
    public void add(
        Bytes key, long main, int sub, boolean tombstone, long createRevision, long version) {
      InvariantViolation.check(
          main > lastMain || (main == lastMain && sub > lastSub) || lastMain == 0,
          "records are loaded in revision order");
      InvariantViolation.check(tombstone || version > 0, "a put has a version");
      lastMain = main;
      lastSub = sub;
      if (run.isFull(key.length())) {
        pack();
      }
      run.add(key, tombstone ? 0 : createRevision, main, sub, tombstone ? 0 : version);
    }

    private void pack() {
      run.sort();
      PagePacker packer = new PagePacker(slab, batch, false);
      for (int from = 0; from < run.count; ) {
        from = packKey(packer, from);
      }
      runs.add(packer.finish());
      run.clear();
    }

    /** Packs all records of a key, of which the first is given; returns where the next begin. */
    private int packKey(PagePacker packer, int first) {
      int record = run.order[first];
      int link = 0;
      int next = first + 1;
      while (next < run.count && run.sameKey(record, run.order[next])) {
        link =
            history.push(
                run.create[record], run.mod[record], run.version[record], run.sub[record], link);
        record = run.order[next++];
      }
      int head = Math.min(run.length[record], Page.HEAD_MAX);
      int tail = run.length[record] - head;
      int tailPage =
          tail == 0 ? 0 : OverflowKeys.write(slab, run.keys, run.at[record] + head, tail);
      PageRows out = packer.rows();
      out.insert(out.count, run.keys, run.at[record], head, tailPage, tail);
      out.setColumns(
          out.count - 1,
          run.create[record],
          run.mod[record],
          run.version[record],
          run.sub[record],
          link);
      packer.added();
      return next;
    }

    /** Ends the partition's work; belongs to the thread that filled it. */
    @Override
    public void close() {
      if (run.count > 0) {
        pack();
      }
      history.seal();
      run.discard();
      closed = true;
    }
  }
}
