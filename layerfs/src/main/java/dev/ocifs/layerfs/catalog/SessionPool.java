package dev.ocifs.layerfs.catalog;

import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * At most five sessions on one file, opened as they are needed, of which one writes at a time: a
 * second writer would only wait inside SQLite, and hold a session while it does.
 *
 * <p>Whoever created it closes it. Thread-safe.
 */
final class SessionPool {
  static final int SESSIONS = 5;

  /** Opens one more session on the file. */
  @FunctionalInterface
  interface Opener {
    Session open() throws SQLException;
  }

  /** What is done with a session while it is lent. */
  @FunctionalInterface
  interface Work<R> {
    R run(Session session) throws SQLException;
  }

  private final Opener opener;
  private final Semaphore permits = new Semaphore(SESSIONS);
  private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
  private final ReentrantLock writing = new ReentrantLock();

  /** A pool that begins with a session that is open already. */
  SessionPool(Opener opener, Session first) {
    this.opener = opener;
    idle.push(first);
  }

  <R> R read(Work<R> work) throws SQLException {
    permits.acquireUninterruptibly();
    try {
      Session session = idle.poll();
      if (session == null) {
        session = opener.open();
      }
      R result;
      try {
        result = work.run(session);
      } catch (SQLException | RuntimeException | Error e) {
        session.close(); // in whatever state it is, the next user does not get it
        throw e;
      }
      idle.push(session);
      return result;
    } finally {
      permits.release();
    }
  }

  /** Runs the work in a transaction, which is rolled back when it throws. */
  <R> R write(Work<R> work) throws SQLException {
    return writeBare(
        session -> {
          session.run("BEGIN IMMEDIATE");
          R result;
          try {
            result = work.run(session);
            session.run("COMMIT");
          } catch (SQLException | RuntimeException | Error e) {
            session.rollback(e);
            throw e;
          }
          return result;
        });
  }

  /** Runs work that writes and must not be in a transaction. */
  <R> R writeBare(Work<R> work) throws SQLException {
    writing.lock();
    try {
      return read(work);
    } finally {
      writing.unlock();
    }
  }

  /**
   * Closes all sessions, the last of which empties the log into the file. No work may be in
   * progress or come later.
   */
  void close() throws SQLException {
    for (Session session = idle.poll(); session != null; session = idle.poll()) {
      session.close();
    }
  }
}
