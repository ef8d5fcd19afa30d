package dev.ocifs.layerfs;

import dev.ocifs.layerfs.files.FileBatch;
import dev.ocifs.layerfs.files.FilePlace;
import dev.ocifs.layerfs.files.FileStore;
import dev.ocifs.layerfs.profile.AccessTrace;
import dev.ocifs.layerfs.read.LayerReader;
import dev.ocifs.layerfs.tree.ImageTree;
import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.WholeFiles;
import dev.ocifs.oci.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes whole files of an image in the background: those that were read to their end, and, where
 * that is asked for, all: first what the last mounts read first, then layer by layer in the order
 * in which the files lie there, so that each layer is decoded once.
 *
 * <p>It works while no read waits for content, on one thread, and shares the disk with the makers
 * of other images batch by batch. What goes wrong with one file is counted and forgotten; after
 * {@value #MAX_FAILURES} in a row it gives up. It ends with its view. Thread-safe.
 */
final class Hydrator implements WholeFiles, Closeable {
  private static final Logger LOG = System.getLogger("dev.ocifs.layerfs");

  private static final int MAX_FAILURES = 8;
  private static final int MAX_WANTED = 1024;

  /** How long a batch waits for reads to end, so that a busy image becomes native, too. */
  private static final long PATIENCE_MILLIS = 20;

  private final ImageTree tree;
  private final List<Digest> diffIds;
  private final List<LayerReader> readers;
  private final FileMaker maker;
  private final FileStore store;
  private final Prefetcher quiet;
  private final boolean all;
  private final AccessTrace first;

  private final Deque<Long> wanted = new ArrayDeque<>();
  private ViewStatus.Hydration state = ViewStatus.Hydration.OFF;
  private String reason = "";
  private @Nullable Thread worker;
  private volatile boolean closed;

  /** Since when it works: what was used later is not given up for more. */
  private long begun;

  private int failuresInRow;

  /**
   * @param maker becomes the hydrator's, which closes it
   * @param quiet knows whether reads wait
   * @param first the spans whose files come first
   * @param all whether to make files of all, or of what is read only
   */
  Hydrator(
      ImageTree tree,
      List<Digest> diffIds,
      List<LayerReader> readers,
      FileMaker maker,
      FileStore store,
      Prefetcher quiet,
      AccessTrace first,
      boolean all) {
    this.tree = tree;
    this.diffIds = diffIds;
    this.readers = readers;
    this.maker = maker;
    this.store = store;
    this.quiet = quiet;
    this.all = all;
    this.first = first;
  }

  @Override
  public synchronized void begin() {
    if (worker == null && !closed) {
      begun = store.now();
      state = all ? ViewStatus.Hydration.RUNNING : ViewStatus.Hydration.ON_READ;
      worker = Thread.ofPlatform().daemon().name("ocifs-hydrate").start(this::work);
    }
  }

  @Override
  public @Nullable Path find(long inode) {
    Optional<FilePlace> place = place(inode);
    return place.isPresent() ? store.find(place.get()) : null;
  }

  private Optional<FilePlace> place(long inode) {
    try {
      return FileMaker.place(tree, diffIds, inode);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot find a file's content", e); // reading it will tell
      return Optional.empty();
    }
  }

  @Override
  public synchronized void wasRead(long inode) {
    if (wanted.size() < MAX_WANTED && state != ViewStatus.Hydration.FAILED) {
      wanted.add(inode);
      notifyAll();
    }
  }

  private void work() {
    try {
      if (all) {
        makeAll();
      }
      while (awaitWanted()) {
        makeWanted();
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      if (!closed) {
        end(ViewStatus.Hydration.FAILED, String.valueOf(e.getMessage()));
        LOG.log(Level.WARNING, "files are made native no more: " + e.getMessage());
        LOG.log(Level.DEBUG, "why", e);
      }
    }
  }

  private synchronized void end(ViewStatus.Hydration newState, String why) {
    state = newState;
    reason = why;
  }

  private void makeAll() throws IOException {
    HydrationOrder order = HydrationOrder.of(tree, diffIds.size());
    boolean room = true;
    for (int i = 0; i < first.size() && room && !closed; i++) {
      int layer = first.layer(i);
      if (layer < readers.size() && first.span(i) < readers.get(layer).spanCount()) {
        int[] files = order.inSpan(layer, readers.get(layer), first.span(i));
        room = makeRange(order, layer, files[0], files[1]);
      }
    }
    for (int layer = 0; layer < readers.size() && room && !closed; layer++) {
      room = makeRange(order, layer, 0, order.size(layer));
      maker.leave(layer);
    }
    if (!closed) {
      end(ViewStatus.Hydration.DONE, room ? "" : "the quota of --objects is used up");
    }
  }

  /** Makes files of one layer; false when there is no more room. */
  private boolean makeRange(HydrationOrder order, int layer, int from, int to) throws IOException {
    int next = from;
    while (next < to && !closed) {
      makeWanted();
      try (FileBatch batch = store.batch()) {
        while (next < to && !batch.isFull() && !closed) {
          if (!make(order.inode(layer, next), batch)) {
            batch.commit();
            return false;
          }
          next++;
        }
        batch.commit();
      }
    }
    return true;
  }

  private synchronized boolean awaitWanted() {
    while (wanted.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        return false; // nobody interrupts it but the end of the process
      }
    }
    return !closed;
  }

  private synchronized @Nullable Long nextWanted() {
    return wanted.poll();
  }

  /** Makes files of what was read; one for which there is no room is forgotten. */
  private void makeWanted() throws IOException {
    Long inode = nextWanted();
    if (inode == null) {
      return;
    }
    try (FileBatch batch = store.batch()) {
      while (inode != null && !closed) {
        boolean ignored = make(inode, batch);
        inode = batch.isFull() ? null : nextWanted();
      }
      batch.commit();
    }
  }

  /** An image that is too large shall not push itself out; what is read pushes out the oldest. */
  private synchronized long expendableBefore() {
    return state == ViewStatus.Hydration.RUNNING ? begun : store.longAgo();
  }

  /** Adds the file of an inode to a batch if it is missing; false when there is no room. */
  private boolean make(long inode, FileBatch batch) throws IOException {
    Optional<FilePlace> place = maker.place(inode);
    if (place.isEmpty() || store.has(place.get()) || maker.isHollow(inode)) {
      return true;
    }
    if (!store.makeRoom(batch.bytes() + place.get().size(), expendableBefore())) {
      return false;
    }
    quiet.awaitQuiet(PATIENCE_MILLIS);
    try {
      maker.make(inode, place.get(), batch, () -> closed);
      failuresInRow = 0;
    } catch (InterruptedIOException e) {
      LOG.log(Level.DEBUG, "a file is given up, as its view is closed");
    } catch (IOException e) {
      store.failed(e);
      if (++failuresInRow == MAX_FAILURES) {
        throw e;
      }
    }
    return true;
  }

  /** How far it is; looks at each file of the image. */
  ViewStatus status() throws IOException {
    ViewStatus.Hydration now;
    String why;
    synchronized (this) {
      now = state;
      why = reason;
    }
    return status(tree, inode -> place(inode).filter(store::has).isPresent(), now, why);
  }

  /** All but the layers. */
  static ViewStatus status(
      ImageTree tree, LongPredicate isNative, ViewStatus.Hydration state, String why)
      throws IOException {
    long files = 0;
    long bytes = 0;
    long nativeFiles = 0;
    long nativeBytes = 0;
    Attributes attributes = new Attributes();
    for (long inode = 1; inode <= tree.inodeCount(); inode++) {
      tree.attributes(inode, attributes);
      if (attributes.type() == Attributes.S_IFREG && attributes.size > 0) {
        files++;
        bytes += attributes.size;
        if (isNative.test(inode)) {
          nativeFiles++;
          nativeBytes += attributes.size;
        }
      }
    }
    return new ViewStatus(List.of(), files, bytes, nativeFiles, nativeBytes, state, why);
  }

  /** Ends it and waits for the span under way. */
  @Override
  public void close() {
    Thread thread;
    synchronized (this) {
      closed = true;
      thread = worker;
      notifyAll();
    }
    boolean interrupted = false;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      maker.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "closing a layer", e);
    }
  }
}
