package dev.ocifs.tests.leaks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The steps of the operation under way, one of which is to fail: woven code calls {@link #step}
 * before each. One operation at a time, of any number of threads.
 */
public final class Steps {

  /** How a step fails. */
  enum Failure {
    /** The one step, as when a disk has a bad block. */
    IO,
    /** This step and all after it, as when a disk is gone. */
    IO_FROM_THERE,
    /** The one step, as when memory or threads run out there. */
    ERROR,
    /** None, but somebody interrupts the thread there, which closes the file that it uses. */
    INTERRUPT,
    /** None, but the image is cut short there. */
    CUT
  }

  /** Cuts the image short. */
  interface Cutter {
    void cut() throws IOException;
  }

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static volatile @Nullable Failure failure;
  private static volatile int failing;
  private static volatile @Nullable String failed;
  private static volatile Cutter cutter = () -> {};

  private Steps() {}

  /** From now on the {@code n}-th step, counted from 1, fails. */
  static void arm(Failure how, int n, Cutter image) {
    cutter = image;
    COUNT.set(0);
    failed = null;
    failing = n;
    failure = how;
  }

  /**
   * From now on none fails.
   *
   * @return which has failed first; null when there were not that many
   */
  static @Nullable String disarm() {
    failure = null;
    return failed;
  }

  /**
   * Called by woven code.
   *
   * @param io whether the step may throw an IOException; an error it may always
   */
  public static void step(String where, boolean io) throws IOException {
    Failure how = failure;
    if (how == null || (!io && how != Failure.ERROR)) {
      return;
    }
    int n = COUNT.incrementAndGet();
    if (n == failing) {
      failed = where;
    }
    if (n == failing || (n > failing && how == Failure.IO_FROM_THERE)) {
      switch (how) {
        case IO, IO_FROM_THERE -> throw new IOException("injected into " + where);
        case ERROR -> throw new OutOfMemoryError("injected into " + where);
        case INTERRUPT -> Thread.currentThread().interrupt();
        case CUT -> cutter.cut();
      }
    }
  }

  /** Called by woven code, before a step that may throw an SQLException. */
  public static void sqlStep(String where) throws SQLException {
    try {
      step(where, true);
    } catch (IOException e) {
      throw new SQLException(e);
    }
  }

  /** Called by woven code, before a call of C, which fails instead when this is true. */
  public static boolean fails(String where) {
    try {
      step(where, true);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Called by what the product calls back, which may throw no IOException. */
  public static void called(String what) {
    try {
      step(what, false);
    } catch (IOException e) {
      throw new IllegalStateException(e); // an error it is, or nothing
    }
  }
}
