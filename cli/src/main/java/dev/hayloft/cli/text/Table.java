package dev.hayloft.cli.text;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows under a heading, columns padded to their widest cell; those named so stand to the right. */
public final class Table {
    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    /** A heading that begins with {@code >} makes a column of figures, set to the right. */
    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    public void add(String... cells) {
        rows.add(List.of(cells));
    }

    public void print(PrintWriter out) {
        List<String> names = headings.stream().map(Table::name).toList();
        int[] widths = names.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        out.print(line(names, widths));
        rows.forEach(row -> out.print(line(row, widths)));
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            boolean right = headings.get(i).startsWith(">");
            line.append(i == 0 ? "" : "  ");
            line.append(right ? padding + cells.get(i) : cells.get(i) + padding);
        }
        return line.toString().stripTrailing() + "\n";
    }

    private static String name(String heading) {
        return heading.startsWith(">") ? heading.substring(1) : heading;
    }
}
