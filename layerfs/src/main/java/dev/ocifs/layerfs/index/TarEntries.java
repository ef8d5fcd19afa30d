package dev.ocifs.layerfs.index;

import dev.ocifs.layerfs.tar.TarEntry;

/** Takes over what the tar reader found. */
final class TarEntries {
  private TarEntries() {}

  /** Makes {@code to} say what {@code from} says. */
  static void copy(TarEntry from, LayerEntry to) {
    to.type =
        switch (from.type()) {
          case REGULAR -> LayerEntry.Type.REGULAR;
          case DIRECTORY -> LayerEntry.Type.DIRECTORY;
          case SYMLINK -> LayerEntry.Type.SYMLINK;
          case HARD_LINK -> LayerEntry.Type.HARD_LINK;
          case CHARACTER_DEVICE -> LayerEntry.Type.CHARACTER_DEVICE;
          case BLOCK_DEVICE -> LayerEntry.Type.BLOCK_DEVICE;
          case FIFO -> LayerEntry.Type.FIFO;
        };
    to.path = from.path();
    to.target = from.target();
    to.mode = from.mode();
    to.uid = from.uid();
    to.gid = from.gid();
    to.mtimeSeconds = from.mtimeSeconds();
    to.mtimeNanos = from.mtimeNanos();
    to.major = from.major();
    to.minor = from.minor();
    to.size = from.size();
    to.dataPos = from.dataPos();
    to.sparse = from.sparse();
    to.runs = from.runs();
    to.xattrs = from.xattrs();
  }
}
