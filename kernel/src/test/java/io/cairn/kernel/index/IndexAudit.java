// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks all of an index that is at rest and checks what must hold of its pages. */
final class IndexAudit {

  private final PageSlab slab;
  private final Set<Integer> pages = new HashSet<>();
  private final Map<Integer, Integer> recordsOfHistoryPage = new HashMap<>();
  private @Nullable Bytes previous;

  private IndexAudit(PageSlab slab) {
    this.slab = slab;
  }

  /**
   * Checks order, counts and separators, and that every page is part of the tree, waits for
   * readers, or is free.
   */
  static void check(KeyIndex index) {
    IndexAudit audit = new IndexAudit(index.slab());
    IndexRoot root = index.published();
    long alive = audit.visit(root.page(), null, null);
    assertThat(root.alive()).as("keys alive").isEqualTo(alive);
    audit.recordsOfHistoryPage.forEach((page, records) ->
        assertThat(HistoryPages.used(index.slab(), page))
            .as("records in use of history page %s", page)
            .isEqualTo(records));
    int filling = index.history().filling();
    if (filling != 0) {
      audit.recordsOfHistoryPage.putIfAbsent(filling, 0);
    }
    assertThat(
            audit.pages.size() + audit.recordsOfHistoryPage.size() + index.reclamation().waiting())
        .as("pages accounted for")
        .isEqualTo(index.slab().pagesUsed());
  }

  private long visit(int page, @Nullable Bytes from, @Nullable Bytes to) {
    assertThat(pages.add(page)).as("page %s is referred to once", page).isTrue();
    MemorySegment s = slab.segment(page);
    long b = PageSlab.base(page);
    int count = Page.count(s, b);
    assertThat(Page.used(s, b)).isLessThanOrEqualTo(Page.CAPACITY);
    if (!Page.isInner(s, b)) {
      return visitLeaf(page, s, b, from, to);
    }
    assertThat(count).as("children of page %s", page).isPositive();
    long alive = 0;
    Bytes low = from;
    for (int i = 0; i < count; i++) {
      Bytes high = i + 1 < count ? Bytes.of(Tree.key(slab, page, i + 1)) : to;
      long row = Page.row(s, b, i);
      if (i > 0) {
        tail(PageKeys.tailPage(s, b, row));
      }
      long below = visit(Page.child(s, row), low, high);
      assertThat(Page.childAlive(s, row))
          .as("count of child %s", Page.child(s, row))
          .isEqualTo(below);
      alive += below;
      low = high;
    }
    return alive;
  }

  private long visitLeaf(
      int page, MemorySegment s, long b, @Nullable Bytes from, @Nullable Bytes to) {
    int alive = 0;
    for (int i = 0; i < Page.count(s, b); i++) {
      Bytes key = Bytes.of(Tree.key(slab, page, i));
      assertThat(from == null || from.compareTo(key) <= 0).as("key before its leaf").isTrue();
      assertThat(to == null || key.compareTo(to) < 0).as("key behind its leaf").isTrue();
      assertThat(previous == null || previous.compareTo(key) < 0).as("keys ascend").isTrue();
      previous = key;
      long row = Page.row(s, b, i);
      alive += Page.version(s, b, row) == 0 ? 0 : 1;
      tail(PageKeys.tailPage(s, b, row));
      for (int id = Page.link(s, b, row); id != 0; id = HistoryPages.link(slab, id)) {
        recordsOfHistoryPage.merge(id >>> 7, 1, Integer::sum);
      }
    }
    assertThat(Page.alive(s, b)).as("keys alive of leaf %s", page).isEqualTo(alive);
    return alive;
  }

  private void tail(int first) {
    for (int page = first; page != 0; page = OverflowKeys.next(slab, page)) {
      assertThat(pages.add(page)).as("tail page %s is referred to once", page).isTrue();
    }
  }
}
