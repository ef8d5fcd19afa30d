package dev.ocifs.mount.internal.ffm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A program that is started with a socket as its standard input, over which it sends one open file
 * descriptor.
 *
 * <p>Java's own {@link ProcessBuilder} can hand down no socket. The program inherits nothing but
 * that socket and a pipe for its words. Source: posix_spawn(3), unix(7), cmsg(3); the layouts are
 * those of 64-bit Linux.
 */
public final class DescriptorSender {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int EINTR = 4;

  /** struct msghdr and struct cmsghdr. */
  private static final long MSG_IOV = 16;

  private static final long MSG_IOVLEN = 24;
  private static final long MSG_CONTROL = 32;
  private static final long MSG_CONTROLLEN = 40;
  private static final long MSG_BYTES = 56;
  private static final long CMSG_LEVEL = 8;
  private static final long CMSG_TYPE = 12;
  private static final long CMSG_DATA = 16;
  private static final long CMSG_BYTES = 24;

  /** Room for posix_spawn_file_actions_t, which is smaller in glibc and musl. */
  private static final long FILE_ACTIONS_BYTES = 256;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final FunctionDescriptor ACTION_ON_TWO =
      FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT, INT);
  private static final MethodHandle SOCKETPAIR =
      Libc.handle(
          "socketpair", FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS), Libc.ERRNO);
  private static final MethodHandle PIPE2 =
      Libc.handle("pipe2", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT), Libc.ERRNO);
  private static final MethodHandle RECVMSG =
      Libc.handle(
          "recvmsg", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, INT), Libc.ERRNO);
  private static final MethodHandle WAITPID =
      Libc.handle("waitpid", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT), Libc.ERRNO);
  private static final MethodHandle SPAWN =
      Libc.handle(
          "posix_spawn",
          FunctionDescriptor.of(
              INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS));
  private static final MethodHandle ACTIONS_INIT =
      Libc.handle("posix_spawn_file_actions_init", FunctionDescriptor.of(INT, ValueLayout.ADDRESS));
  private static final MethodHandle ACTIONS_DESTROY =
      Libc.handle(
          "posix_spawn_file_actions_destroy", FunctionDescriptor.of(INT, ValueLayout.ADDRESS));
  private static final MethodHandle ACTIONS_DUP2 =
      Libc.handle("posix_spawn_file_actions_adddup2", ACTION_ON_TWO);

  private final Arena arena;
  private final MemorySegment state;

  private DescriptorSender(Arena arena) {
    this.arena = arena;
    state = arena.allocate(Linker.Option.captureStateLayout());
  }

  /**
   * What a program did.
   *
   * @param fd the descriptor that it sent, the caller's to close; negative when it sent none
   * @param words what it wrote to standard output and standard error
   */
  public record Outcome(int fd, String words) {}

  /**
   * Runs a program until it ends.
   *
   * @param command its path and arguments
   * @param environment NAME=VALUE each; the socket is descriptor 0
   */
  public static Outcome run(List<String> command, List<String> environment) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return new DescriptorSender(arena).run0(command, environment);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.rethrow(e);
    }
  }

  private Outcome run0(List<String> command, List<String> environment) throws Throwable {
    MemorySegment sockets = arena.allocate(INT, 2);
    check((int) SOCKETPAIR.invokeExact(state, AF_UNIX, SOCK_STREAM_CLOEXEC, 0, sockets), "socket");
    int ours = sockets.getAtIndex(INT, 0);
    int theirs = sockets.getAtIndex(INT, 1);
    MemorySegment pipe = arena.allocate(INT, 2);
    int from = -1;
    int into = -1;
    try {
      check((int) PIPE2.invokeExact(state, pipe, Descriptors.O_CLOEXEC), "pipe");
      from = pipe.getAtIndex(INT, 0);
      into = pipe.getAtIndex(INT, 1);
      int pid = spawn(command, environment, theirs, into);
      theirs = close(theirs);
      into = close(into);
      // What it writes fits into a pipe, so it can end whether we read or not.
      int fd = receive(ours);
      String words = readAll(from);
      await(pid);
      return new Outcome(fd, words);
    } finally {
      close(ours);
      close(theirs);
      close(from);
      close(into);
    }
  }

  private int spawn(List<String> command, List<String> environment, int input, int output)
      throws Throwable {
    MemorySegment actions = arena.allocate(FILE_ACTIONS_BYTES, Long.BYTES);
    MemorySegment pid = arena.allocate(INT);
    int errno = (int) ACTIONS_INIT.invokeExact(actions);
    try {
      int[][] copies = {{input, 0}, {output, 1}, {output, 2}};
      for (int[] copy : copies) {
        errno = errno != 0 ? errno : (int) ACTIONS_DUP2.invokeExact(actions, copy[0], copy[1]);
      }
      if (errno == 0) {
        errno = closeRest(actions);
      }
      if (errno == 0) {
        errno =
            (int)
                SPAWN.invokeExact(
                    pid,
                    text(command.get(0)),
                    actions,
                    MemorySegment.NULL,
                    texts(command),
                    texts(environment));
      }
    } finally {
      int ignored = (int) ACTIONS_DESTROY.invokeExact(actions);
    }
    if (errno != 0) {
      throw new IOException("cannot run " + command.get(0) + ": errno " + errno);
    }
    return pid.get(INT, 0);
  }

  /** Descriptors that the JVM left open for children stay with us, where the C library can. */
  private static int closeRest(MemorySegment actions) throws Throwable {
    var function = Libc.LINKER.defaultLookup().find("posix_spawn_file_actions_addclosefrom_np");
    if (function.isEmpty()) {
      return 0; // before glibc 2.34
    }
    MethodHandle closeFrom =
        Libc.LINKER.downcallHandle(
            function.get(), FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    return (int) closeFrom.invokeExact(actions, 3);
  }

  /** Waits for the message with the descriptor, or for the other end to be closed. */
  private int receive(int socket) throws Throwable {
    MemorySegment vector = arena.allocate(2 * LONG.byteSize(), LONG.byteSize());
    vector.set(LONG, 0, arena.allocate(1).address());
    vector.set(LONG, LONG.byteSize(), 1);
    MemorySegment control = arena.allocate(CMSG_BYTES, LONG.byteSize());
    MemorySegment message = arena.allocate(MSG_BYTES, LONG.byteSize());
    message.set(LONG, MSG_IOV, vector.address());
    message.set(LONG, MSG_IOVLEN, 1);
    message.set(LONG, MSG_CONTROL, control.address());
    message.set(LONG, MSG_CONTROLLEN, CMSG_BYTES);
    long got;
    do {
      got = (long) RECVMSG.invokeExact(state, socket, message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && Libc.errno(state) == EINTR);
    boolean sent =
        got > 0
            && message.get(LONG, MSG_CONTROLLEN) >= CMSG_DATA + INT.byteSize()
            && control.get(INT, CMSG_LEVEL) == SOL_SOCKET
            && control.get(INT, CMSG_TYPE) == SCM_RIGHTS;
    return sent ? control.get(INT, CMSG_DATA) : -1;
  }

  private String readAll(int fd) {
    ByteArrayOutputStream words = new ByteArrayOutputStream();
    MemorySegment buffer = arena.allocate(4096);
    long n;
    while ((n = Descriptors.read(fd, buffer.address(), buffer.byteSize())) > 0 || n == -EINTR) {
      words.writeBytes(buffer.asSlice(0, Math.max(0, n)).toArray(ValueLayout.JAVA_BYTE));
    }
    return words.toString(StandardCharsets.UTF_8).strip();
  }

  private void await(int pid) throws Throwable {
    int result;
    do {
      result = (int) WAITPID.invokeExact(state, pid, MemorySegment.NULL, 0);
    } while (result < 0 && Libc.errno(state) == EINTR);
  }

  private void check(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException("cannot make a " + what + ": errno " + Libc.errno(state));
    }
  }

  private static int close(int fd) {
    if (fd >= 0) {
      int ignored = Descriptors.close(fd);
    }
    return -1;
  }

  private MemorySegment text(String text) {
    return arena.allocateFrom(text, Libc.nameCharset());
  }

  /** An array of strings that ends with NULL. */
  private MemorySegment texts(List<String> texts) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, text(texts.get(i)));
    }
    return array;
  }
}
