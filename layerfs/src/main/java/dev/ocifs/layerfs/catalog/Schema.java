package dev.ocifs.layerfs.catalog;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of a version, and how a file gets there from any version before. The version is the
 * file's {@code user_version}, its owner the {@code application_id}.
 *
 * @param migrations statements that lead from each version to the next, beginning with an empty
 *     file of version 0
 * @param check says whether rows contradict each other
 */
record Schema(List<List<String>> migrations, Check check) {

  /** Throws an exception whose code says damage when a file of this version is not right. */
  @FunctionalInterface
  interface Check {
    void check(Session session) throws SQLException;
  }

  /** "OCFS". */
  static final int APPLICATION_ID = 0x4F43_4653;

  private static final Pattern CREATED = Pattern.compile("CREATE (?:TABLE|INDEX) (\\w+)");

  /** One whose rows cannot contradict each other. */
  Schema(List<List<String>> migrations) {
    this(migrations, session -> {});
  }

  int version() {
    return migrations.size();
  }

  /**
   * Brings the file to this version; two processes may do so at once.
   *
   * @throws SQLException whose code says damage when the file is newer, somebody else's or broken
   */
  void migrate(Session session) throws SQLException {
    session.run("BEGIN IMMEDIATE");
    try {
      long from = session.number("user_version");
      boolean blank = from == 0 && names(session).isEmpty();
      if (!blank && (from == 0 || session.number("application_id") != APPLICATION_ID)) {
        throw Session.damage("the file is not a catalog");
      }
      if (from < 0 || from > version()) {
        throw Session.damage("the file is of version " + from);
      }
      for (List<String> step : migrations.subList((int) from, version())) {
        for (String statement : step) {
          session.run(statement);
        }
      }
      if (from < version()) {
        session.run("PRAGMA application_id = " + APPLICATION_ID);
        session.run("PRAGMA user_version = " + version());
      }
      if (!names(session).equals(created())) {
        throw Session.damage("the file lacks tables");
      }
      session.run("COMMIT");
    } catch (SQLException e) {
      session.rollback(e);
      throw e;
    }
  }

  private static Set<String> names(Session session) throws SQLException {
    return new TreeSet<>(
        session.texts("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'"));
  }

  private Set<String> created() {
    Set<String> names = new TreeSet<>();
    for (List<String> step : migrations) {
      for (String statement : step) {
        Matcher matcher = CREATED.matcher(statement);
        if (matcher.lookingAt()) {
          names.add(matcher.group(1));
        }
      }
    }
    return names;
  }
}
