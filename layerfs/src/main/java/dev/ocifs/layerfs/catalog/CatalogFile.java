package dev.ocifs.layerfs.catalog;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.sqlite.JDBC;

/**
 * The file of a catalog: opens sessions on it, and moves it out of the way when it cannot be used.
 *
 * <p>The only class that names SQLite's, so that its native library is unpacked when the first
 * session is opened and not before. Thread-safe.
 */
final class CatalogFile {
  private static final System.Logger LOG = System.getLogger(Catalog.class.getName());

  private static final String SET_ASIDE = ".set-aside";

  /** What belongs to a database beside its file: the write-ahead log and its index. */
  private static final String[] SUFFIXES = {"", "-wal", "-shm"};

  private final Path path;
  private final CatalogOptions options;
  private final Schema schema;
  private final AtomicLong slowQueries = new AtomicLong();
  private final AtomicLong timesSetAside = new AtomicLong();

  CatalogFile(Path path, CatalogOptions options, Schema schema) {
    this.path = path.toAbsolutePath();
    this.options = options;
    this.schema = schema;
  }

  long slowQueries() {
    return slowQueries.get();
  }

  long timesSetAside() {
    return timesSetAside.get();
  }

  /**
   * A pool on the file, made or brought to this version first; a file that cannot be used is set
   * aside, once.
   */
  SessionPool open() throws SQLException, IOException {
    try {
      return openAsIs();
    } catch (SQLException e) {
      if (!Session.isDamage(e)) {
        throw e;
      }
      setAside(e);
      return openAsIs();
    }
  }

  private SessionPool openAsIs() throws SQLException, IOException {
    create();
    Session session = session();
    SessionPool pool = null;
    try {
      // Must come before the first table; without effect later.
      session.run("PRAGMA auto_vacuum = INCREMENTAL");
      session.texts("PRAGMA journal_mode = WAL");
      schema.migrate(session);
      String state = session.texts("PRAGMA quick_check(1)").getFirst();
      if (!state.equals("ok")) {
        throw Session.damage(state);
      }
      schema.check().check(session);
      pool = new SessionPool(this::session, session);
      return pool;
    } finally {
      if (pool == null) {
        session.close();
      }
    }
  }

  /**
   * Why the file cannot be used, to its last page; empty when it can, or when there is none.
   * Changes nothing but an older version.
   */
  Optional<SQLException> damage() throws SQLException {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try (Session session = session()) {
      schema.migrate(session);
      String state = session.texts("PRAGMA integrity_check(1)").getFirst();
      if (!state.equals("ok")) {
        throw Session.damage(state.lines().reduce((a, b) -> b).orElse(state));
      }
      schema.check().check(session);
      return Optional.empty();
    } catch (SQLException e) {
      if (!Session.isDamage(e)) {
        throw e;
      }
      return Optional.of(e);
    }
  }

  /** For the owner alone; SQLite gives its other files the same permissions. */
  private void create() throws IOException {
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // The usual case.
    }
  }

  private Session session() throws SQLException {
    // As a URI, in which no byte of the path can be taken for an option.
    Connection connection = new JDBC().connect("jdbc:sqlite:" + path.toUri(), new Properties());
    if (connection == null) {
      throw new SQLException("not a path that SQLite can open: " + path);
    }
    Session session = new Session(connection, options.slowQuery().toNanos(), slowQueries);
    boolean ready = false;
    try {
      session.texts("PRAGMA busy_timeout = " + options.busyTimeout().toMillis());
      session.run("PRAGMA foreign_keys = ON");
      session.texts("PRAGMA mmap_size = " + options.mmapBytes());
      // A crash of the machine may lose the last batches, and never damages the file.
      session.run("PRAGMA synchronous = NORMAL");
      ready = true;
      return session;
    } finally {
      if (!ready) {
        session.close();
      }
    }
  }

  /** Renames the file and logs why. */
  void setAside(SQLException reason) throws IOException {
    LOG.log(
        System.Logger.Level.WARNING,
        path + " cannot be used and is made anew, renamed to " + path.getFileName() + SET_ASIDE,
        reason);
    setAside();
  }

  /** Renames the file; a later one that is set aside takes its place. */
  void setAside() throws IOException {
    String name = path.getFileName() + SET_ASIDE;
    for (String suffix : SUFFIXES) {
      Path from = path.resolveSibling(path.getFileName() + suffix);
      Path to = path.resolveSibling(name + suffix);
      if (Files.exists(from)) {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.deleteIfExists(to);
      }
    }
    timesSetAside.incrementAndGet();
  }

  OcifsException explain(Exception e) {
    if (e instanceof OcifsException known) {
      return known;
    }
    Throwable cause = e.getCause();
    String reason = cause == null ? e.toString() : e + ", because of " + cause;
    return new OcifsException(OcifsException.Kind.STORE, "catalog " + path + ": " + reason, e)
        .hint(
            "see that the store can be written and has room; SQLite's library is unpacked to"
                + " -Dorg.sqlite.tmpdir, else java.io.tmpdir, which must allow execution");
  }
}
