package dev.ocifs.layerfs.view;

import dev.ocifs.oci.OcifsException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The merged tree of one image: read-only, immutable, addressed by inode number; names are bytes.
 *
 * <p>Inode numbers are the same whenever and wherever the image is opened; all names of a
 * hard-linked file share one. Any number of threads may use a view at once. Closing it releases the
 * mapped files; a call under way or later fails with {@link IllegalStateException}. A file of the
 * store or of the source that turns out damaged makes the call that met it fail with an {@link
 * OcifsException} and leaves the view usable.
 */
public interface ImageView extends Closeable {

  /** The inode number of the root directory. */
  long ROOT = 1;

  /** The number of inodes: inode numbers go from 1 to this. */
  long inodeCount();

  /** The sum of the sizes of all regular files, each hard-linked file counted once, in bytes. */
  long contentBytes() throws IOException;

  /**
   * Finds a name in a directory.
   *
   * @return the inode number, or 0 when the directory has no such name or {@code directory} is none
   */
  long lookup(long directory, byte[] name) throws IOException;

  /** Copies the attributes of an inode. */
  void attributes(long inode, Attributes dst) throws IOException;

  /** The directory that holds this directory; the root's is the root. */
  long parent(long directory) throws IOException;

  /**
   * Lists a directory in the order of the names' unsigned bytes, without "." and "..", from where
   * {@code offset} says.
   *
   * @param offset 0, or a {@code nextOffset} that an earlier listing of the same directory passed
   *     on
   */
  void list(long directory, long offset, DirectoryVisitor visitor) throws IOException;

  /** The target of a symbolic link. */
  byte[] readlink(long inode) throws IOException;

  /**
   * The names of the extended attributes, in the order of their bytes; security.selinux is not
   * among them.
   */
  List<byte[]> xattrNames(long inode) throws IOException;

  /** The value of an extended attribute, null when the inode has none of that name. */
  byte @Nullable [] xattr(long inode, byte[] name) throws IOException;

  /**
   * Reads content of a regular file into {@code dst}, as many bytes as it takes and the file has.
   *
   * @return bytes read; less than {@code dst.byteSize()} only at the end of the file; 0 at or
   *     beyond it
   */
  int read(long inode, long pos, MemorySegment dst) throws IOException;

  /**
   * Reads like {@link #read}, but only what is at hand: waits for no file, no source and no
   * decoder.
   *
   * @return bytes read, or -1 when {@link #read} would have to wait; {@code dst} may be written to
   *     then, too
   */
  default int readAtHand(long inode, long pos, MemorySegment dst) throws IOException {
    return -1;
  }

  /**
   * What of a regular file is decoded together with a position, and so at hand for a while after it
   * was read.
   *
   * @return a range that holds the position; empty when none is known
   */
  default Optional<ByteRange> decodedWith(long inode, long pos) throws IOException {
    return Optional.empty();
  }

  /**
   * Where stored data of a regular file begins at or after a position; what is not stored is zeros.
   *
   * @return a position at or after {@code pos}; -1 when nothing is stored from there on
   */
  default long nextData(long inode, long pos) throws IOException {
    return pos;
  }

  /**
   * Where stored data of a regular file that {@code pos} may lie in ends.
   *
   * @return a position at or after {@code pos}; {@link Long#MAX_VALUE} for the end of the file
   */
  default long nextHole(long inode, long pos) throws IOException {
    return Long.MAX_VALUE;
  }

  /**
   * The files that hold all content of the image uncompressed; empty when not every layer lies so.
   */
  default Optional<LayerFiles> layerFiles() throws IOException {
    return Optional.empty();
  }

  /** Content as files of their own; empty when nobody asked for them. */
  default Optional<WholeFiles> wholeFiles() {
    return Optional.empty();
  }

  /** Receives the entries of a directory. */
  @FunctionalInterface
  interface DirectoryVisitor {
    /**
     * Takes one entry.
     *
     * @param name holds the name in its first {@code nameLength} bytes; valid during the call only
     * @param type the file type bits of the mode ({@code S_IFMT})
     * @param nextOffset where to go on after this entry
     * @return whether to go on
     */
    boolean entry(byte[] name, int nameLength, long inode, int type, long nextOffset);
  }
}
