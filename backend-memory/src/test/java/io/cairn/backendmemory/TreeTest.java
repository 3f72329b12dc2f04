// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the suite cannot see: the shape of the tree. */
final class TreeTest {

  @Test
  void ascendingKeysFillTheirLeaves() {
    Tree tree = Tree.EMPTY;
    for (int batch = 0; batch < 100; batch++) {
      TreeEditor editor = new TreeEditor(tree);
      for (int i = 0; i < 1000; i++) {
        editor.put(number(batch * 1000 + i), Bytes.EMPTY);
      }
      tree = editor.finish();
    }

    assertThat(leaves(tree.root())).isEqualTo((100_000 + Node.FANOUT - 1) / Node.FANOUT);
  }

  @Test
  void deletionsLeaveNoThinNodesAndNoBytes() {
    TreeEditor editor = new TreeEditor(Tree.EMPTY);
    for (int i = 0; i < 100_000; i++) {
      editor.put(number(i), Bytes.utf8("value"));
    }
    Tree full = editor.finish();

    editor = new TreeEditor(full);
    for (int i = 0; i < 100_000; i++) {
      if (i % 1000 != 0) {
        editor.delete(number(i));
      }
    }
    Tree sparse = editor.finish();
    editor = new TreeEditor(sparse);
    editor.deleteRange(Bytes.EMPTY, Bytes.EMPTY);
    Tree empty = editor.finish();

    assertThat(sparse.bytes()).isEqualTo(full.bytes() / 1000);
    assertThat(leaves(sparse.root())).isLessThan(10);
    assertThat(empty.bytes()).isZero();
    assertThat(leaves(full.root())).isGreaterThan(1000);
  }

  /** A branch's first key is no lower bound any more then, which must not disturb the search. */
  @Test
  void keysAreFoundWhereDescendingKeysHaveSplitTheFirstChild() {
    TreeEditor editor = new TreeEditor(Tree.EMPTY);
    TreeMap<Bytes, Bytes> model = new TreeMap<>();
    for (int i = 2_000; i > 0; i--) {
      editor.put(number(i), Bytes.EMPTY);
    }
    for (int i = 2_000; i > 0; i--) {
      editor.put(number(i), number(i));
      model.put(number(i), number(i));
    }
    Tree tree = editor.finish();

    assertThat(content(tree)).isEqualTo(model);
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void everyVersionIsWellFormedAndStaysAsItWas(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TreeMap<Bytes, Bytes> model = new TreeMap<>();
    Tree tree = Tree.EMPTY;
    for (int version = 0; version < 200; version++) {
      Tree before = tree;
      TreeMap<Bytes, Bytes> modelBefore = new TreeMap<>(model);
      TreeEditor editor = new TreeEditor(tree);
      for (int i = random.nextInt(200); i > 0; i--) {
        Bytes key = number(random.nextInt(5000));
        int die = random.nextInt(100);
        if (die < 70) {
          editor.put(key, key);
          model.put(key, key);
        } else if (die < 98) {
          editor.delete(key);
          model.remove(key);
        } else {
          Bytes to = number(random.nextInt(5000));
          editor.deleteRange(key, to);
          if (key.compareTo(to) < 0) {
            model.subMap(key, to).clear();
          }
        }
      }
      tree = editor.finish();

      assertThat(content(tree)).isEqualTo(model);
      assertThat(content(before)).isEqualTo(modelBefore);
      assertThat(depth(tree.root(), true)).isPositive();
    }
  }

  private static NavigableMap<Bytes, Bytes> content(Tree tree) {
    NavigableMap<Bytes, Bytes> content = new TreeMap<>();
    collect(tree.root(), content);
    return content;
  }

  private static void collect(Node node, NavigableMap<Bytes, Bytes> content) {
    for (int i = 0; i < node.size; i++) {
      switch (node) {
        case Node.Leaf leaf -> {
          assertThat(content.isEmpty() || content.lastKey().compareTo(leaf.keys[i]) < 0).isTrue();
          content.put(leaf.keys[i], leaf.values[i]);
        }
        case Node.Branch branch -> {
          assertThat(i == 0 || content.lastKey().compareTo(branch.keys[i]) < 0).isTrue();
          collect(branch.children[i], content);
        }
      }
    }
  }

  /** The depth of the leaves, which must be the same for all. */
  private static int depth(Node node, boolean root) {
    assertThat(root || node.size > 0).isTrue();
    int depth = 0;
    if (node instanceof Node.Branch branch) {
      depth = depth(branch.children[0], false);
      for (int i = 1; i < branch.size; i++) {
        assertThat(depth(branch.children[i], false)).isEqualTo(depth);
      }
    }
    return depth + 1;
  }

  private static int leaves(Node node) {
    int leaves = 0;
    switch (node) {
      case Node.Leaf _ -> leaves = 1;
      case Node.Branch branch -> {
        for (int i = 0; i < branch.size; i++) {
          leaves += leaves(branch.children[i]);
        }
      }
    }
    return leaves;
  }

  private static Bytes number(int number) {
    return Bytes.utf8(String.format("%08d", number));
  }
}
