// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The links between our Markdown files and to other files of the tree. Links to the world outside
 * are left alone: whether they work does not depend on us.
 */
final class MarkdownLinks {
  private static final Pattern FENCE = Pattern.compile("^\\s*(```|~~~)");
  private static final Pattern CODE = Pattern.compile("(`+)[^`].*?\\1");
  private static final Pattern HEADING = Pattern.compile("^#{1,6}\\s+(.*?)\\s*#*\\s*$");
  private static final Pattern ANCHOR = Pattern.compile("<a\\s+(?:id|name)=\"([^\"]+)\"");
  private static final Pattern INLINE = Pattern.compile("\\]\\(\\s*<?([^)\\s>]+)>?[^)]*\\)");
  private static final Pattern DEFINITION =
      Pattern.compile("^\\s{0,3}\\[[^\\]]+\\]:\\s*<?([^\\s>]+)");
  private static final Pattern SCHEME = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:");

  private final SourceTree tree;

  MarkdownLinks(SourceTree tree) {
    this.tree = tree;
  }

  /** One line for each link that leads nowhere. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (Path file : tree.filesEndingIn(".md")) {
      for (String link : linksOf(file)) {
        if (!SCHEME.matcher(link).find() && !resolves(file, link)) {
          complaints.add(tree.name(file) + ": " + link);
        }
      }
    }
    return complaints;
  }

  private static boolean resolves(Path from, String link) {
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? from : from.resolveSibling(path).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    boolean intoMarkdown = hash >= 0 && target.toString().endsWith(".md");
    return !intoMarkdown || anchorsOf(target).contains(link.substring(hash + 1));
  }

  private static List<String> linksOf(Path file) {
    List<String> links = new ArrayList<>();
    for (String line : proseOf(file)) {
      String prose = CODE.matcher(line).replaceAll("");
      for (Pattern pattern : List.of(INLINE, DEFINITION)) {
        Matcher matcher = pattern.matcher(prose);
        while (matcher.find()) {
          links.add(matcher.group(1));
        }
      }
    }
    return links;
  }

  /** What links can point at: explicit anchors, and headings as the usual viewers name them. */
  private static Set<String> anchorsOf(Path file) {
    Set<String> anchors = new HashSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (String line : proseOf(file)) {
      Matcher explicit = ANCHOR.matcher(line);
      while (explicit.find()) {
        anchors.add(explicit.group(1));
      }
      Matcher heading = HEADING.matcher(line);
      if (heading.find()) {
        String slug = slug(heading.group(1));
        int times = seen.merge(slug, 1, Integer::sum);
        anchors.add(times == 1 ? slug : slug + "-" + (times - 1));
      }
    }
    return anchors;
  }

  private static String slug(String heading) {
    return heading
        .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
        .replace(' ', '-');
  }

  private static List<String> proseOf(Path file) {
    List<String> prose = new ArrayList<>();
    boolean fenced = false;
    for (String line : SourceTree.read(file).lines().toList()) {
      if (FENCE.matcher(line).find()) {
        fenced = !fenced;
      } else if (!fenced) {
        prose.add(line);
      }
    }
    return prose;
  }
}
