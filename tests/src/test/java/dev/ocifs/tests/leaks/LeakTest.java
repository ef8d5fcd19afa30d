package dev.ocifs.tests.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.MediaType;
import dev.ocifs.oci.registry.TestRegistry;
import dev.ocifs.tests.image.DockerArchiveWriter;
import dev.ocifs.tests.image.Entry;
import dev.ocifs.tests.image.LayerBytes;
import dev.ocifs.tests.image.OciArchiveWriter;
import dev.ocifs.tests.image.OciLayoutWriter;
import dev.ocifs.tests.image.TarWriter;
import dev.ocifs.tests.image.TestImage;
import dev.ocifs.tests.image.TestLayer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every public operation, failed at each of its steps in turn, leaves nothing open. */
class LeakTest {
  private static final int MOST_STEPS = 10_000;
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final Set<Steps.Failure> ALL = EnumSet.allOf(Steps.Failure.class);

  /** All of them take minutes: -Docifs.leaks=all. */
  private static final Set<Steps.Failure> WAYS =
      "all".equals(System.getProperty("ocifs.leaks")) ? ALL : EnumSet.of(Steps.Failure.IO);

  /** Who cannot read the table of mounts any more cannot undo a mount either. */
  private static final Set<Steps.Failure> WHILE_MOUNTED =
      EnumSet.complementOf(EnumSet.of(Steps.Failure.IO_FROM_THERE));

  @TempDir static Path shared;
  private static Map<String, Operation.Maker> operations = Map.of();
  private static @Nullable TestRegistry registry;

  @TempDir Path dir;

  @BeforeAll
  static void images() throws Exception {
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    TestImage image =
        TestImage.of(
            TestLayer.of(Entry.file("a", "1"), Entry.file("big", content)),
            TestLayer.of(LayerBytes.XZ, TarWriter.tar(Entry.file("b", "2"))));
    OciLayoutWriter.write(shared.resolve("layout"), image);
    OciLayoutWriter named = new OciLayoutWriter().image("test", image);
    OciArchiveWriter.write(shared.resolve("oci.tar"), named, LayerBytes.PLAIN);
    OciArchiveWriter.write(shared.resolve("wrapped.tar.gz"), named, LayerBytes.GZIP);
    new DockerArchiveWriter(DockerArchiveWriter.Shape.values()[0])
        .image(image, "test:1")
        .write(shared.resolve("docker.tar"), LayerBytes.PLAIN);
    OciLayoutWriter served = new OciLayoutWriter();
    registry = serve(served, served.manifest(image));
  }

  /** Its own classes are not woven: it never fails. */
  private static TestRegistry serve(OciLayoutWriter layout, Map<String, Object> top)
      throws IOException {
    TestRegistry served = TestRegistry.start();
    Path folder = layout.list("test", top).writeTo(shared.resolve("served"));
    try (Stream<Path> blobs = Files.list(folder.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        Digest digest = Digest.parse("sha256:" + blob.getFileName());
        served.putBlob("app", digest, Files.readAllBytes(blob));
        if (digest.toString().equals(top.get("digest"))) {
          Descriptor ignored =
              served.putManifest("app", "1", MediaType.OCI_MANIFEST, Files.readAllBytes(blob));
        }
      }
    }
    Files.writeString(
        shared.resolve(RemoteOperations.NAME), "docker://" + served.host() + "/app:1");
    return served;
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  static Map<String, Operation.Maker> woven() {
    if (operations.isEmpty()) {
      try {
        @SuppressWarnings("unchecked")
        Supplier<Map<String, Operation.Maker>> made =
            (Supplier<Map<String, Operation.Maker>>)
                new WeavingLoader(LeakTest.class.getClassLoader())
                    .loadClass(Operations.class.getName())
                    .getConstructor()
                    .newInstance();
        operations = made.get();
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
    }
    return operations;
  }

  private static Operation.Maker operation(String name) {
    return Objects.requireNonNull(woven().get(name));
  }

  /** All, or with -Docifs.leaks.of=TEXT those that have this in their name. */
  static Stream<String> operations() {
    String part = System.getProperty("ocifs.leaks.of", "");
    return woven().keySet().stream().filter(name -> name.contains(part));
  }

  @ParameterizedTest
  @MethodSource("operations")
  @Timeout(1800)
  void leavesNothingOpenWhereverItFails(String name, TestReporter reporter) throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/maps")), "no /proc: nothing to count");
    assumeTrue(!name.startsWith("mount") || canMount(), "not root, or no /dev/fuse");
    List<String> leaks = new ArrayList<>();
    once(name);
    for (Steps.Failure how : WAYS) {
      if (name.startsWith("mount") && !WHILE_MOUNTED.contains(how)) {
        continue;
      }
      int n = 1;
      while (failAt(name, how, n, leaks)) {
        n++;
        assertThat(n).isLessThan(MOST_STEPS);
      }
      assertThat(n).as("steps of " + name).isGreaterThan(2);
      reporter.publishEntry(name + " " + how, (n - 1) + " steps failed");
    }
    assertThat(leaks).isEmpty();
  }

  private static boolean canMount() {
    return Files.isWritable(Path.of("/dev/fuse")) && "root".equals(System.getProperty("user.name"));
  }

  /** Without a failure: what the JDK opens for good at a first use is open from now on. */
  private void once(String name) throws Exception {
    Path folder = Files.createDirectory(dir.toRealPath().resolve("once"));
    try (Operation operation = operation(name).in(shared.toRealPath(), folder.resolve("store"))) {
      operation.run();
    }
  }

  static Stream<String> operationsOnAStore() {
    return Stream.of("view", "view, strictly", "prefetch", "index", "verify again");
  }

  /** How a file may be found. */
  private enum Damage {
    GONE,
    EMPTY,
    CUT_IN_HEADER,
    CUT_IN_HALF,
    WITHOUT_END,
    FLIPPED_BEGIN,
    FLIPPED_MIDDLE;

    void of(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      // A new file, as a mapping of the old one would change with it.
      Files.delete(file);
      switch (this) {
        case GONE -> {}
        case EMPTY -> Files.write(file, new byte[0]);
        case CUT_IN_HEADER -> Files.write(file, Arrays.copyOf(bytes, Math.min(bytes.length, 20)));
        case CUT_IN_HALF -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        case WITHOUT_END -> Files.write(file, Arrays.copyOf(bytes, Math.max(0, bytes.length - 1)));
        case FLIPPED_BEGIN -> Files.write(file, flipped(bytes, 9));
        case FLIPPED_MIDDLE -> Files.write(file, flipped(bytes, bytes.length / 2));
      }
    }

    private static byte[] flipped(byte[] bytes, int at) {
      byte[] other = bytes.clone();
      if (at < other.length) {
        other[at] ^= 0x10;
      }
      return other;
    }
  }

  @ParameterizedTest
  @MethodSource("operationsOnAStore")
  @EnabledIfSystemProperty(
      named = "ocifs.leaks",
      matches = "all",
      disabledReason = "takes minutes: run with -Docifs.leaks=all")
  void leavesNothingOpenWhateverIsDamaged(String name) throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/maps")), "no /proc: nothing to count");
    List<String> leaks = new ArrayList<>();
    boolean more = true;
    for (int i = 0; more; i++) {
      for (Damage damage : Damage.values()) {
        more = failWith(name, damage, i, leaks);
      }
      assertThat(i).isLessThan(MOST_STEPS);
    }
    assertThat(leaks).isEmpty();
  }

  /** Whether there is an {@code i}-th file. */
  private boolean failWith(String name, Damage damage, int i, List<String> leaks) throws Exception {
    Path folder = Files.createDirectory(dir.toRealPath().resolve(damage + "-" + i));
    Path images = copied(folder.resolve("images"));
    Path store = folder.resolve("store");
    List<String> before = held(folder);
    // Made for the view, so that there are indices, a tree and a profile to be damaged.
    operation("view").in(images, store).close();
    try (Stream<Path> walk = Files.walk(folder);
        Operation operation = operation(name).in(images, store)) {
      List<Path> files = walk.filter(f -> isDamageable(folder.relativize(f), f)).sorted().toList();
      if (i == files.size()) {
        return false;
      }
      damage.of(files.get(i));
      try {
        operation.run();
      } catch (IOException | RuntimeException e) {
        // What is thrown is not the question here, only what is left.
      }
      String where = damage + " " + folder.relativize(files.get(i));
      if (operation.held() != 0) {
        leaks.add(where + ": leases or decoders: " + operation.held());
      }
      operation.close();
      heldSince(before, folder).forEach(left -> leaks.add(where + ": " + left));
    }
    return true;
  }

  /** Not the images that the operations on a store do not open, nor locks. */
  private static boolean isDamageable(Path relative, Path file) {
    return Files.isRegularFile(file)
        && !file.toString().endsWith(".lock")
        && (relative.startsWith("store") || relative.startsWith("images/layout"));
  }

  /** Whether the operation came to its {@code n}-th step. */
  private boolean failAt(String name, Steps.Failure how, int n, List<String> leaks)
      throws Exception {
    Path folder = Files.createDirectory(dir.toRealPath().resolve(how + "-" + n));
    Path store = folder.resolve("store");
    @Nullable String failed;
    @Nullable AssertionError wrong = null;
    List<String> before = held(folder);
    Path images = shared.toRealPath();
    if (how == Steps.Failure.CUT) {
      images = copied(folder.resolve("images"));
    }
    Path cut = images;
    try (Operation operation = operation(name).in(images, store)) {
      Steps.arm(how, n, () -> cutAll(cut));
      try {
        operation.run();
      } catch (AssertionError e) {
        wrong = e;
      } catch (Exception | OutOfMemoryError e) {
        // What is thrown is not the question here, only what is left.
      } finally {
        failed = Steps.disarm();
        boolean ignored = Thread.interrupted();
      }
      String where = how + " " + n + ": " + failed;
      if (wrong != null) {
        leaks.add(where + ": " + wrong.getMessage());
      }
      if (operation.held() != 0) {
        leaks.add(where + ": leases or decoders: " + operation.held());
      }
      if (how == Steps.Failure.IO || how == Steps.Failure.ERROR) {
        // Locks that stayed would make it wait, and what it shares must be as good as before.
        try {
          operation.run();
        } catch (Exception | Error e) {
          leaks.add(where + ": and again " + e);
        }
      }
      operation.close();
      heldSince(before, folder).forEach(left -> leaks.add(where + ": " + left));
      Holdings.unmountBelow(folder);
      if (how != Steps.Failure.IO_FROM_THERE) {
        leftovers(store).forEach(file -> leaks.add(where + ": " + file));
      }
    }
    return failed != null;
  }

  private static Path copied(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(shared)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(shared.relativize(file).toString()));
      }
    }
    return target;
  }

  private static void cutAll(Path images) throws IOException {
    try (Stream<Path> files = Files.walk(images)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        cut(file, Files.size(file) / 2);
      }
    }
  }

  private static void cut(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }

  /**
   * What is held now and was not before; what earlier failures left, each of them once, was. A
   * thread that a closed socket wakes up gives the descriptor back a moment later.
   */
  private static List<String> heldSince(List<String> before, Path folder) throws IOException {
    long deadline = System.nanoTime() + GRACE_NANOS;
    List<String> held;
    do {
      held = held(folder);
      before.forEach(held::remove);
    } while (!held.isEmpty() && System.nanoTime() < deadline);
    return held;
  }

  private static List<String> held(Path folder) throws IOException {
    List<String> held = Holdings.below(shared.toRealPath());
    held.addAll(Holdings.below(folder));
    return held;
  }

  /** Files that are neither committed nor gone. */
  private static List<Path> leftovers(Path store) throws IOException {
    Path folder = store.resolve("ocifs/tmp");
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
