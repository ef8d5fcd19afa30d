package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ByteRange;
import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.util.Optional;

/**
 * Gives the kernel's page cache what was decoded together with a short read, so that reads around
 * it ask nobody: a program that reads here and there has a span decoded once, and not again when
 * our own cache, which is smaller, has given it up.
 *
 * <p>Long reads are of programs that go on to what follows; the kernel asks for that in pieces that
 * are as large, and pages given to it besides would be copied twice. Stateless; thread-safe.
 *
 * <p>Source: linux/fuse.h, FUSE_NOTIFY_STORE.
 */
final class PageFiller {
  /** The longest read that is taken for one of few bytes here and there. */
  private static final int SHORT_BYTES = 64 << 10;

  /** enum fuse_notify_code. */
  static final int FUSE_NOTIFY_STORE = 4;

  private static final int STEP_BYTES = 256 << 10;
  private static final int PAGE_BYTES = 4096;

  private final ImageView view;

  PageFiller(ImageView view) {
    this.view = view;
  }

  /**
   * Fills pages around a read that has been answered, as far as their content is at hand. The
   * kernel makes the caller wait for pages that others read: it must be none on whom the answers to
   * those reads may wait.
   *
   * @param message used to send the content
   */
  void fill(Device device, long inode, long pos, int size, Reply message) throws IOException {
    if (size > SHORT_BYTES) {
      return;
    }
    Optional<ByteRange> decoded = view.decodedWith(inode, pos);
    if (decoded.isEmpty()) {
      return;
    }
    ByteRange pages = pages(inode, decoded.get());
    if (pages.length() <= size) {
      return;
    }
    int sent = 1;
    for (long at = pages.start(); at < pages.end() && sent > 0; at += sent) {
      sent = store(device, inode, at, (int) Math.min(STEP_BYTES, pages.end() - at), message);
    }
  }

  /** Those that lie in a range wholly; a file's last page ends with the file. */
  private ByteRange pages(long inode, ByteRange range) throws IOException {
    Attributes attributes = new Attributes();
    view.attributes(inode, attributes);
    long end = range.end() == attributes.size ? range.end() : range.end() / PAGE_BYTES * PAGE_BYTES;
    return new ByteRange(Math.ceilDiv(range.start(), PAGE_BYTES) * PAGE_BYTES, end);
  }

  /** Returns how many bytes the kernel took: none when it, or we, let go of the file meanwhile. */
  private int store(Device device, long inode, long pos, int size, Reply message)
      throws IOException {
    message.clear();
    int at = message.extend(Results.NotifyStore.BYTES);
    int n = view.readAtHand(inode, pos, message.roomBehind(at + Results.NotifyStore.BYTES, size));
    if (n <= 0) {
      return 0;
    }
    message.putLong(at + Results.NotifyStore.NODEID, inode);
    message.putLong(at + Results.NotifyStore.OFFSET, pos);
    message.putInt(at + Results.NotifyStore.SIZE, n);
    message.setLength(at + Results.NotifyStore.BYTES + n);
    return message.notify(device, FUSE_NOTIFY_STORE) == 0 ? n : 0;
  }
}
