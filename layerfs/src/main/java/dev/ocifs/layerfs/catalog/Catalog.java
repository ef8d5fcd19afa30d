package dev.ocifs.layerfs.catalog;

import dev.ocifs.layerfs.batch.Admission;
import dev.ocifs.layerfs.batch.BatchProcessor;
import dev.ocifs.layerfs.batch.BatchStatistics;
import dev.ocifs.layerfs.batch.Priority;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * What the store holds and how it is used: images, layers, objects and accesses, in an SQLite file
 * of which everything could be found again without it.
 *
 * <p>Made at no cost: nothing is opened before it is needed. What happens is recorded without
 * waiting, and written by a thread of its own in batches of one transaction each, which opens the
 * file first. When there is no file to be had, that is logged once and what is recorded is counted
 * as skipped, until a question opens the file after all. Questions are for background threads: they
 * write what waits, open the file if need be, and read.
 *
 * <p>A file that is damaged, of a newer version or no catalog is renamed to {@code NAME.set-aside},
 * whenever that shows, and made anew.
 *
 * <p>Whoever created it closes it, which writes what waits. Thread-safe; any number of processes
 * may use one file.
 *
 * <p>Source: sqlite.org, "Write-Ahead Logging", "PRAGMA Statements", "Query Planning".
 */
public final class Catalog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Catalog.class.getName());

  private final CatalogFile file;
  private final InstantSource clock;
  private final BatchProcessor<Change> writes;
  private final AtomicLong skipped = new AtomicLong();

  /** Held for reading while the pool is used, for writing while it comes or goes. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private @Nullable SessionPool pool;
  private boolean closed;

  /** How often the file was set aside since it was first opened. */
  private final AtomicInteger replaced = new AtomicInteger();

  private volatile boolean unavailable;

  /** A catalog in this file, whose folder exists. */
  public Catalog(Path file, CatalogOptions options) {
    this(file, options, InstantSource.system());
  }

  /** A catalog in this file, with another clock. */
  public Catalog(Path file, CatalogOptions options, InstantSource clock) {
    this.file = new CatalogFile(file, options, new Schema(Sql.MIGRATIONS, ParentGraph::check));
    this.clock = clock;
    writes = new BatchProcessor<>(options.batch(), this::write);
  }

  /** Records that an image was opened, with the diffIDs of its layers, base first. */
  public Admission recordImage(String name, Digest manifest, List<Digest> diffIds) {
    return writes.submit(
        new Change.ImageOpened(name, manifest, List.copyOf(diffIds), clock.millis()),
        Priority.HIGH);
  }

  /** Records that a recorded image was used again; nothing for one that is not. */
  public Admission touchImage(String name) {
    return writes.submit(new Change.ImageTouched(name, clock.millis()), Priority.LOW);
  }

  /** Records that a layer was indexed. */
  public Admission recordLayer(CatalogLayer layer) {
    return writes.submit(new Change.LayerIndexed(layer), Priority.MEDIUM);
  }

  /** Records one use of an object, and the object. */
  public Admission addObjectUse(Digest key, String kind, long bytes, long storedBytes) {
    return writes.submit(
        new Change.ObjectUse(key, kind, bytes, storedBytes, clock.millis(), 1), Priority.LOW);
  }

  /** Adds accesses to a span of a layer. */
  public Admission addAccesses(Digest diffId, int span, long count) {
    return writes.submit(
        new Change.SpanAccess(new Change.Place(diffId, span), count), Priority.LOW);
  }

  /** Writes what was recorded until now; returns when it is written, or lost and logged. */
  public void flush() {
    writes.flush();
  }

  /** All images, the one used last first. */
  public List<CatalogImage> listImages() throws OcifsException {
    return ask(
        session ->
            session.query(
                Sql.IMAGES,
                row ->
                    new CatalogImage(
                        row.getString(1),
                        Session.digest(row, 2),
                        Session.digest(row, 3),
                        Instant.ofEpochMilli(row.getLong(4)))));
  }

  /** The diffIDs of an image, base first; empty for an image that is not recorded. */
  public List<Digest> layersOf(String image) throws OcifsException {
    return ask(session -> session.query(Sql.IMAGE_LAYERS, row -> Session.digest(row, 1), image));
  }

  /** What is known of a layer; empty when it was not recorded. */
  public Optional<CatalogLayer> layer(Digest diffId) throws OcifsException {
    return ask(
        session ->
            session.query(Sql.LAYER, Catalog::layer, diffId.toString()).stream().findFirst());
  }

  /** All layers that were recorded as indexed. */
  public List<CatalogLayer> indexedLayers() throws OcifsException {
    return ask(session -> session.query(Sql.INDEXED_LAYERS, Catalog::layer));
  }

  private static CatalogLayer layer(ResultSet row) throws SQLException {
    return new CatalogLayer(
        Session.digest(row, 1),
        Session.digest(row, 2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        Instant.ofEpochMilli(row.getLong(6)));
  }

  /** At most {@code limit} layers that images have and that were not recorded as indexed. */
  public List<Digest> unindexedLayers(int limit) throws OcifsException {
    return ask(
        session -> session.query(Sql.UNINDEXED_LAYERS, row -> Session.digest(row, 1), limit));
  }

  /** At most {@code limit} objects, the one that was not used for longest first. */
  public List<CatalogObject> objectsByLeastRecentUse(int limit) throws OcifsException {
    return ask(
        session ->
            session.query(
                Sql.OBJECTS_BY_USE,
                row ->
                    new CatalogObject(
                        Session.digest(row, 1),
                        row.getString(2),
                        row.getLong(3),
                        row.getLong(4),
                        Instant.ofEpochMilli(row.getLong(5)),
                        row.getLong(6)),
                limit));
  }

  /** The accesses to a layer, by span; spans without any are left out. */
  public List<SpanAccesses> accesses(Digest diffId) throws OcifsException {
    return ask(
        session ->
            session.query(
                Sql.ACCESSES,
                row -> new SpanAccesses(row.getInt(1), row.getLong(2)),
                diffId.toString()));
  }

  /**
   * Which layer lies on which, in all images: each layer at its place, named by its chain ID, with
   * the chain ID of the one below, or with none.
   */
  public Map<Digest, List<Digest>> layerGraph() throws OcifsException {
    return ask(ParentGraph::read);
  }

  /** What it holds and did. */
  public CatalogStatistics statistics() throws OcifsException {
    return ask(
        session -> {
          long[] objects =
              session
                  .query(
                      Sql.SUM_OBJECTS,
                      row -> new long[] {row.getLong(1), row.getLong(2), row.getLong(3)})
                  .getFirst();
          long pageBytes = session.number("page_size");
          return new CatalogStatistics(
              count(session, Sql.COUNT_IMAGES),
              count(session, Sql.COUNT_LAYERS),
              count(session, Sql.COUNT_UNINDEXED),
              objects[0],
              objects[1],
              objects[2],
              session.number("page_count") * pageBytes,
              session.number("freelist_count") * pageBytes,
              file.slowQueries(),
              file.timesSetAside(),
              skipped.get(),
              writes.statistics());
        });
  }

  /** What became of the changes so far; opens nothing. */
  public BatchStatistics writes() {
    return writes.statistics();
  }

  private static long count(Session session, String sql) throws SQLException {
    return session.query(sql, row -> row.getLong(1)).getFirst();
  }

  /** Forgets an image, and keeps its layers; returns whether it was recorded. */
  public boolean forgetImage(String name) throws OcifsException {
    writes.flush();
    return use(pool -> pool.write(session -> session.update(Sql.FORGET_IMAGE, name) > 0));
  }

  /** Notes that a layer is not indexed any more; returns whether it was. */
  public boolean forgetIndex(Digest diffId) throws OcifsException {
    writes.flush();
    return use(
        pool -> pool.write(session -> session.update(Sql.FORGET_INDEX, diffId.toString()) > 0));
  }

  /** Forgets layers that no image has, with their accesses; returns how many. */
  public int forgetUnusedLayers() throws OcifsException {
    writes.flush();
    return use(pool -> pool.write(session -> session.update(Sql.FORGET_UNUSED_LAYERS)));
  }

  /** Forgets objects, in one transaction; returns how many were recorded. */
  public int forgetObjects(Collection<Digest> keys) throws OcifsException {
    writes.flush();
    return use(
        pool ->
            pool.write(
                session -> {
                  int forgotten = 0;
                  for (Digest key : keys) {
                    forgotten += session.update(Sql.FORGET_OBJECT, key.toString());
                  }
                  return forgotten;
                }));
  }

  /** Gives at most {@code pages} free pages back to the file system; returns how many. */
  public long vacuum(int pages) throws OcifsException {
    if (pages < 1) {
      throw new IllegalArgumentException("pages: " + pages);
    }
    return use(
        pool ->
            pool.writeBare(
                session -> {
                  long before = session.number("freelist_count");
                  session.run("PRAGMA incremental_vacuum(" + pages + ")");
                  long freed = before - session.number("freelist_count");
                  // The file itself shrinks when the log is written back.
                  session.texts("PRAGMA wal_checkpoint(TRUNCATE)");
                  return freed;
                }));
  }

  /** The sink of the batches. */
  private void write(List<Change> changes) throws IOException {
    if (unavailable) {
      skipped.addAndGet(changes.size());
      return;
    }
    try {
      open();
    } catch (SQLException | IOException e) {
      unavailable = true;
      skipped.addAndGet(changes.size());
      OcifsException explained = file.explain(e);
      String line = "nothing is recorded: " + explained.getMessage();
      LOG.log(System.Logger.Level.WARNING, line, explained);
      return;
    }
    use(
        pool ->
            pool.write(
                session -> {
                  Change.applyAll(changes, session);
                  return changes.size();
                }));
  }

  private <R> R ask(SessionPool.Work<R> question) throws OcifsException {
    writes.flush();
    return use(pool -> pool.read(question));
  }

  /** What is done with the pool. */
  @FunctionalInterface
  private interface Work<R> {
    R run(SessionPool pool) throws SQLException;
  }

  /** Works on the file, and once more on a new one when the file turns out to be damaged. */
  private <R> R use(Work<R> work) throws OcifsException {
    try {
      int seen = replaced.get();
      try {
        return once(work);
      } catch (SQLException e) {
        if (!Session.isDamage(e)) {
          throw e;
        }
        replace(seen, e);
        return once(work);
      }
    } catch (SQLException | IOException e) {
      throw file.explain(e);
    }
  }

  private <R> R once(Work<R> work) throws SQLException, IOException {
    while (true) {
      use.readLock().lock();
      try {
        if (pool != null) {
          return work.run(pool);
        }
      } finally {
        use.readLock().unlock();
      }
      open();
    }
  }

  private void open() throws SQLException, IOException {
    use.writeLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the catalog is closed");
      }
      if (pool == null) {
        pool = file.open();
        unavailable = false;
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  /** Sets the file aside, unless another thread did since {@code seen}. */
  private void replace(int seen, SQLException damage) throws IOException {
    use.writeLock().lock();
    try {
      if (pool != null && replaced.compareAndSet(seen, seen + 1)) {
        closePool(damage);
        file.setAside(damage);
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private void closePool(SQLException damage) {
    SessionPool old = pool;
    pool = null;
    try {
      if (old != null) {
        old.close();
      }
    } catch (SQLException e) {
      damage.addSuppressed(e);
    }
  }

  /** Writes what waits and closes the file. Closing again does nothing. */
  @Override
  public void close() throws OcifsException {
    writes.close();
    use.writeLock().lock();
    try {
      closed = true;
      SessionPool old = pool;
      pool = null;
      if (old != null) {
        old.close();
      }
    } catch (SQLException e) {
      throw file.explain(e);
    } finally {
      use.writeLock().unlock();
    }
  }
}
