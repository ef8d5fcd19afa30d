package dev.ocifs.layerfs;

import dev.ocifs.layerfs.files.FileBatch;
import dev.ocifs.layerfs.files.FilePlace;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.read.LayerScan;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.oci.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes whole files of an image's content, holes left out. A layer that lies uncompressed in a file
 * is copied by the kernel; its bytes are still read once, to be compared with the index and for
 * their digest. Not thread-safe.
 */
final class FileMaker implements Closeable {
  /** More holes than this would take long to get the digest of: such a file stays as it is. */
  private static final long MAX_HOLE_BYTES = 1L << 30;

  private final ImageTree tree;
  private final List<Digest> diffIds;
  private final List<LayerScan> scans = new ArrayList<>();
  private final List<Optional<Path>> plain;
  private final @Nullable FileChannel[] sources;

  /**
   * @param plain for each layer, the file that holds it uncompressed, if there is one
   */
  FileMaker(
      ImageTree tree, List<Digest> diffIds, List<LayerReader> readers, List<Optional<Path>> plain) {
    this.tree = tree;
    this.diffIds = diffIds;
    this.plain = plain;
    readers.forEach(reader -> scans.add(new LayerScan(reader)));
    sources = new FileChannel[plain.size()];
  }

  /** Where the content of an inode lies; empty when it is no regular file, or has no content. */
  static Optional<FilePlace> place(ImageTree tree, List<Digest> diffIds, long inode)
      throws IOException {
    Attributes attributes = new Attributes();
    tree.attributes(inode, attributes);
    if (attributes.type() != Attributes.S_IFREG || attributes.size == 0) {
      return Optional.empty();
    }
    long content = tree.content(inode);
    int layer = tree.contentLayer(content);
    long pos = tree.contentPos(content);
    return layer < 0 || layer >= diffIds.size() || pos < 0
        ? Optional.empty()
        : Optional.of(new FilePlace(diffIds.get(layer), pos, attributes.size));
  }

  Optional<FilePlace> place(long inode) throws IOException {
    return place(tree, diffIds, inode);
  }

  /** Whether the holes of a file are too many. */
  boolean isHollow(long inode) throws IOException {
    long content = tree.content(inode);
    long runs = tree.runs(content);
    if (runs == 0) {
      return false;
    }
    long stored = 0;
    for (int i = 0; i < tree.runCount(runs); i++) {
      stored += tree.runLength(runs, i);
    }
    return tree.contentSize(content) - stored > MAX_HOLE_BYTES;
  }

  /**
   * Adds the file of an inode to a batch.
   *
   * @param stop asked from time to time whether to give it up
   * @throws InterruptedIOException when it was given up
   */
  void make(long inode, FilePlace place, FileBatch batch, BooleanSupplier stop) throws IOException {
    FileBatch.Draft draft = batch.begin(place);
    long content = tree.content(inode);
    int layer = tree.contentLayer(content);
    LayerScan.Sink sink = sink(draft, layer, stop);
    long stored = place.pos();
    long runs = tree.runs(content);
    if (runs == 0) {
      scans.get(layer).read(stored, place.size(), sink);
    } else {
      for (int i = 0; i < tree.runCount(runs); i++) {
        long length = Math.min(tree.runLength(runs, i), place.size() - tree.runStart(runs, i));
        if (length > 0) {
          draft.skipTo(tree.runStart(runs, i));
          scans.get(layer).read(stored, length, sink);
        }
        stored += tree.runLength(runs, i);
      }
    }
    draft.end();
  }

  private LayerScan.Sink sink(FileBatch.Draft draft, int layer, BooleanSupplier stop)
      throws IOException {
    FileChannel source = source(layer);
    return (bytes, from, length, pos) -> {
      if (stop.getAsBoolean()) {
        throw new InterruptedIOException("nobody needs it any more");
      }
      if (source == null) {
        draft.write(bytes, from, length);
      } else {
        draft.copy(bytes, from, length, source, pos);
      }
    };
  }

  private @Nullable FileChannel source(int layer) throws IOException {
    if (sources[layer] == null && plain.get(layer).isPresent()) {
      sources[layer] = FileChannel.open(plain.get(layer).get(), StandardOpenOption.READ);
    }
    return sources[layer];
  }

  /** Lets go of what it has decoded of a layer. */
  void leave(int layer) {
    scans.get(layer).forget();
  }

  @Override
  public void close() throws IOException {
    for (FileChannel source : sources) {
      if (source != null) {
        source.close();
      }
    }
  }
}
