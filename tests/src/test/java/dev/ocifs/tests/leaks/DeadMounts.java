package dev.ocifs.tests.leaks;

import dev.ocifs.mount.FuseBackend;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.MountTable;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A backend whose mounts the kernel knows and nobody serves: what they cost is what {@link
 * dev.ocifs.mount.Mounter} makes of them. For root.
 */
public final class DeadMounts implements FuseBackend {
  static final String NAME = "dead";

  /** Whether it can be had: it must not be what others get when they do not care. */
  static volatile boolean offered;

  private static final int O_RDWR = 2;

  /** Read-only, without set-ID bits and devices (mount(2)). */
  private static final long FLAGS = 1 | 2 | 4;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle OPEN =
      handle("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private static final MethodHandle CLOSE = handle("close", ValueLayout.JAVA_INT);
  private static final MethodHandle MOUNT =
      handle(
          "mount",
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG,
          ValueLayout.ADDRESS);

  private static MethodHandle handle(String name, ValueLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  @Override
  public void check() throws OcifsException {
    if (!offered) {
      throw new OcifsException(OcifsException.Kind.MOUNT, "is for one test alone");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Session start(MountRequest request) throws IOException {
    Steps.step("the backend", true);
    mount(request.dir());
    CompletableFuture<Void> ended = new Ended(request.dir());
    return () -> ended;
  }

  /** Closing the device is the end of the connection; the mount stays until it is undone. */
  private static void mount(Path dir) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int device = (int) OPEN.invokeExact(arena.allocateFrom("/dev/fuse"), O_RDWR);
      String options = "fd=" + device + ",rootmode=40000,user_id=0,group_id=0";
      MemorySegment type = arena.allocateFrom(MountTable.TYPE);
      MemorySegment at = arena.allocateFrom(dir.toString());
      int failed = (int) MOUNT.invokeExact(type, at, type, FLAGS, arena.allocateFrom(options));
      int ignored = (int) CLOSE.invokeExact(device);
      if (failed != 0) {
        throw new IOException("cannot mount at " + dir);
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("native call", e);
    }
  }

  /** Completes when somebody asks and the mount has gone. */
  private static final class Ended extends CompletableFuture<Void> {
    private final Path dir;

    Ended(Path dir) {
      this.dir = dir;
    }

    @Override
    public boolean isDone() {
      try {
        if (Holdings.mountsBelow(dir).isEmpty()) {
          complete(null);
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return super.isDone();
    }

    @Override
    public Void get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      if (!isDone()) {
        throw new TimeoutException();
      }
      return super.get(timeout, unit);
    }
  }
}
