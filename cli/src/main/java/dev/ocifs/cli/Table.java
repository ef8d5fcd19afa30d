package dev.ocifs.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text with their columns one below the other. */
final class Table {
  private Table() {}

  /** One line a row; two spaces between columns, none at the end. */
  static List<String> of(List<List<String>> rows) {
    int[] widths = new int[rows.isEmpty() ? 0 : rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
