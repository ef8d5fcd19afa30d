package dev.ocifs.cli;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Writes files of an image in the manner of ls(1): names, or with details a line of aligned columns
 * each; recursively, a heading before each directory. Needs memory for one directory, and for the
 * directories still to come. Not thread-safe.
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes; the records are never compared
final class Listing {
  /** A name and where it leads. */
  private record Entry(byte[] name, long inode) {}

  /** A directory still to be listed, and how to get there. */
  private record Pending(byte[] path, long inode) {}

  private final ImageView view;
  private final OutputStream out;
  private final boolean details;
  private final boolean escaped;
  private final Attributes attributes = new Attributes();

  Listing(ImageView view, OutputStream out, boolean details, boolean escaped) {
    this.view = view;
    this.out = out;
    this.details = details;
    this.escaped = escaped;
  }

  /** Lists a directory, or the one file. */
  void print(long inode, byte[] path, boolean recursive) throws IOException {
    view.attributes(inode, attributes);
    if (!attributes.isDirectory()) {
      print(List.of(new Entry(path, inode)));
    } else if (!recursive) {
      print(entries(inode));
    } else {
      printAll(inode, path);
    }
  }

  private void printAll(long inode, byte[] path) throws IOException {
    Deque<Pending> pending = new ArrayDeque<>();
    pending.push(new Pending(path, inode));
    boolean first = true;
    while (!pending.isEmpty()) {
      Pending directory = pending.pop();
      if (!first) {
        out.write('\n');
      }
      first = false;
      writeName(directory.path());
      out.write(':');
      out.write('\n');
      List<Entry> entries = entries(directory.inode());
      print(entries);
      for (Entry entry : entries.reversed()) {
        view.attributes(entry.inode(), attributes);
        if (attributes.isDirectory()) {
          pending.push(new Pending(join(directory.path(), entry.name()), entry.inode()));
        }
      }
    }
  }

  private List<Entry> entries(long directory) throws IOException {
    List<Entry> entries = new ArrayList<>();
    view.list(
        directory,
        0,
        (name, length, inode, type, next) ->
            entries.add(new Entry(Arrays.copyOf(name, length), inode)));
    return entries;
  }

  private void print(List<Entry> entries) throws IOException {
    if (!details) {
      for (Entry entry : entries) {
        writeName(entry.name());
        out.write('\n');
      }
      return;
    }
    List<LongLine> lines = new ArrayList<>(entries.size());
    LongLine.Widths widths = new LongLine.Widths();
    for (Entry entry : entries) {
      view.attributes(entry.inode(), attributes);
      LongLine line = LongLine.of(attributes);
      widths.fit(line);
      lines.add(line);
    }
    for (int i = 0; i < lines.size(); i++) {
      out.write(lines.get(i).align(widths).getBytes(StandardCharsets.US_ASCII));
      writeName(entries.get(i).name());
      if (lines.get(i).isSymlink()) {
        out.write(" -> ".getBytes(StandardCharsets.US_ASCII));
        writeName(view.readlink(entries.get(i).inode()));
      }
      out.write('\n');
    }
  }

  private void writeName(byte[] name) throws IOException {
    out.write(escaped ? EntryName.printable(name).getBytes(StandardCharsets.UTF_8) : name);
  }

  private static byte[] join(byte[] directory, byte[] name) {
    ByteArrayOutputStream path = new ByteArrayOutputStream(directory.length + 1 + name.length);
    path.writeBytes(directory);
    if (directory.length > 0 && directory[directory.length - 1] != '/') {
      path.write('/');
    }
    path.writeBytes(name);
    return path.toByteArray();
  }
}
