import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Asks for the attributes of random paths of a tree from several threads, and prints how many a
 * second: the system call and little else, with the names of all paths laid out beforehand.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED StatPaths.java TREE THREADS CALLS}; each thread
 * makes as many calls, once before the clock runs and once with it.
 */
final class StatPaths {
  /** What stat(2) asks for, without following links: linux/stat.h and fcntl.h. */
  private static final int BASIC_STATS = 0x7ff;

  private static final int NO_FOLLOW = 0x100;
  private static final int CURRENT_DIRECTORY = -100;
  private static final int STATX_BYTES = 256;

  private static final MethodHandle STATX =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("statx").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS));

  private StatPaths() {}

  public static void main(String[] args) throws Exception {
    int threads = Integer.parseInt(args[1]);
    int calls = Integer.parseInt(args[2]);
    List<String> paths;
    try (Stream<Path> tree = Files.walk(Path.of(args[0]))) {
      paths = tree.map(Path::toString).sorted().toList();
    }
    MemorySegment[] names = new MemorySegment[paths.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = Arena.global().allocateFrom(paths.get(i));
    }
    run(names, threads, calls);
    long begin = System.nanoTime();
    run(names, threads, calls);
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf("%.0f%n", (long) threads * calls / seconds);
  }

  private static void run(MemorySegment[] names, int threads, int calls) throws Exception {
    Thread[] running = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      Random random = new Random(i);
      running[i] = new Thread(() -> stat(names, random, calls));
      running[i].start();
    }
    for (Thread thread : running) {
      thread.join();
    }
  }

  private static void stat(MemorySegment[] names, Random random, int calls) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(STATX_BYTES);
      for (int i = 0; i < calls; i++) {
        MemorySegment name = names[random.nextInt(names.length)];
        int failed =
            (int) STATX.invokeExact(CURRENT_DIRECTORY, name, NO_FOLLOW, BASIC_STATS, buffer);
        if (failed != 0) {
          throw new IllegalStateException("statx fails");
        }
      }
    } catch (RuntimeException | Error e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    } catch (Throwable e) {
      throw new LinkageError("native call", e);
    }
  }
}
