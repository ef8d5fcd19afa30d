package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ByteRange;
import dev.ocifs.layerfs.view.ImageView;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives the kernel's page cache what was decoded together with a short read, so that reads around
 * it ask nobody: a program that reads here and there has a span decoded once, and not again when
 * our own cache, which is smaller, has given it up.
 *
 * <p>Long reads are of programs that go on to what follows; the kernel asks for that in pieces that
 * are as large, and pages given to it besides would be copied twice. Several reads may have waited
 * for one span: it is given once to all that began before the kernel had it. One that begins later
 * shows that the kernel has let go of it. Thread-safe.
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

  /** How many spans are remembered: more than are decoded at once. */
  private static final int REMEMBERED = 16;

  private final ImageView view;
  private final Span[] remembered = new Span[REMEMBERED];
  private int next;

  /** Counts the spans that the kernel has been given. */
  private long given;

  /** What of a file was decoded at once, and when the kernel had it. */
  private static final class Span {
    long inode;
    long start;
    long given;
  }

  PageFiller(ImageView view) {
    this.view = view;
    Arrays.setAll(remembered, i -> new Span());
  }

  /** Says when a read begins, for {@link #fill}. */
  synchronized long now() {
    return given;
  }

  /** Takes it upon the caller to give a span; null when a read that began then has it already. */
  private synchronized @Nullable Span claim(long inode, long start, long began) {
    for (Span span : remembered) {
      if (span.inode == inode && span.start == start) {
        if (span.given > began) {
          return null;
        }
        span.given = Long.MAX_VALUE; // under way
        return span;
      }
    }
    Span span = new Span();
    span.inode = inode;
    span.start = start;
    span.given = Long.MAX_VALUE;
    remembered[next] = span; // in place of the oldest
    next = (next + 1) % REMEMBERED;
    return span;
  }

  private synchronized void done(Span span) {
    span.given = ++given;
  }

  /**
   * Fills pages around a read that has been answered, as far as their content is at hand. The
   * kernel makes the caller wait for pages that others read: it must be none on whom the answers to
   * those reads may wait.
   *
   * @param began what {@link #now} said when the read came
   * @param message used to send the content
   */
  void fill(Device device, long inode, long pos, int size, long began, Reply message)
      throws IOException {
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
    Span span = claim(inode, pages.start(), began);
    if (span == null) {
      return;
    }
    try {
      int sent = 1;
      for (long at = pages.start(); at < pages.end() && sent > 0; at += sent) {
        sent = store(device, inode, at, (int) Math.min(STEP_BYTES, pages.end() - at), message);
      }
    } finally {
      done(span);
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
