package dev.ocifs.layerfs.catalog;

import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connection with the statements it has prepared, which logs those that are slow. Not
 * thread-safe: the pool lends it to one thread at a time.
 */
final class Session implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Catalog.class.getName());

  /** SQLite's code for a file that is damaged. */
  private static final int CORRUPT = 11;

  /**
   * SQLITE_ERROR, CORRUPT, CONSTRAINT, MISMATCH, FORMAT and NOTADB: as the statements are always
   * the same and go with the tables, whatever makes one of them wrong is in the file.
   */
  private static final Set<Integer> DAMAGE = Set.of(1, CORRUPT, 19, 20, 24, 26);

  /** Makes a value of the current row. */
  @FunctionalInterface
  interface Row<R> {
    R read(ResultSet row) throws SQLException;
  }

  private final Connection connection;
  private final long slowNanos;
  private final AtomicLong slowQueries;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Session(Connection connection, long slowNanos, AtomicLong slowQueries) {
    this.connection = connection;
    this.slowNanos = slowNanos;
    this.slowQueries = slowQueries;
  }

  /** Runs a statement of {@link Sql}; the values are {@code Long}, {@code Integer} or text. */
  int update(String sql, Object... values) throws SQLException {
    long start = System.nanoTime();
    int rows = statement(sql, values).executeUpdate();
    time(sql, start);
    return rows;
  }

  /** All rows of a query of {@link Sql}. */
  <R> List<R> query(String sql, Row<R> row, Object... values) throws SQLException {
    long start = System.nanoTime();
    List<R> rows = new ArrayList<>();
    try (ResultSet results = statement(sql, values).executeQuery()) {
      while (results.next()) {
        rows.add(row.read(results));
      }
    }
    time(sql, start);
    return rows;
  }

  /** Runs a statement that is not prepared: a pragma, a migration, the bounds of a transaction. */
  void run(String sql) throws SQLException {
    long start = System.nanoTime();
    try (Statement statement = connection.createStatement()) {
      // Unlike execute(), this steps to the end; an incremental vacuum is as many steps as pages.
      statement.executeUpdate(sql);
    }
    time(sql, start);
  }

  /** Ends a transaction that failed; SQLite may have ended it itself. */
  void rollback(Throwable failure) {
    try {
      run("ROLLBACK");
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }

  /** The first column of each row of a pragma or a query that is not prepared. */
  List<String> texts(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet results = statement.executeQuery(sql)) {
      while (results.next()) {
        texts.add(results.getString(1));
      }
    }
    return texts;
  }

  /** The number that a pragma holds. */
  long number(String pragma) throws SQLException {
    return Long.parseLong(texts("PRAGMA " + pragma).getFirst());
  }

  private PreparedStatement statement(String sql, Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private void time(String sql, long startNanos) {
    long nanos = System.nanoTime() - startNanos;
    if (nanos > slowNanos) {
      slowQueries.incrementAndGet();
      LOG.log(
          System.Logger.Level.INFO,
          () -> "slow query, " + nanos / 1_000 + " us: " + sql.replaceAll("\\s+", " "));
    }
  }

  /** The digest in a column; a text that is none is a damage of the file. */
  static Digest digest(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    try {
      return Digest.parse(text == null ? "" : text);
    } catch (OcifsException e) {
      throw new SQLException("not a digest: " + text, null, CORRUPT, e);
    }
  }

  static boolean isDamage(SQLException e) {
    return DAMAGE.contains(e.getErrorCode() & 0xFF);
  }

  static SQLException damage(String what) {
    return new SQLException(what, null, CORRUPT);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
