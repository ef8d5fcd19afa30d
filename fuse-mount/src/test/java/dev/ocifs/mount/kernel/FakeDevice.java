package dev.ocifs.mount.kernel;

import dev.ocifs.mount.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A connection to a kernel that is played by the test: bytes in, bytes out. */
final class FakeDevice implements Device {
  private final Queue<byte[]> requests = new ArrayDeque<>();
  private final List<FakeReply> replies = new ArrayList<>();
  private final List<FakeDevice> others = new ArrayList<>();
  private int errnoAtEnd = Errno.ENODEV;
  private boolean ended;
  boolean closed;

  /** The files that the kernel reads by itself now, by their numbers. */
  final Map<Integer, Path> backings = new HashMap<>();

  /** How the kernel refuses what it did not ask for, 0 when it takes it. */
  int noteErrno;

  /** How often it did. */
  int refusedNotes;

  /** How the kernel refuses such a file, 0 when it takes it. */
  int backingErrno;

  private int lastBacking;

  /** Gives the server a request. */
  synchronized void send(byte[] request) {
    requests.add(request);
    notifyAll();
  }

  /** Ends the connection, for those who read it now and later. */
  synchronized void end(int errno) {
    ended = true;
    errnoAtEnd = errno;
    notifyAll();
    others.forEach(other -> other.end(errno));
  }

  @Override
  public synchronized int read(MemorySegment buffer) {
    while (requests.isEmpty()) {
      if (ended) {
        return -errnoAtEnd;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        return -Errno.EINTR;
      }
    }
    byte[] request = requests.remove();
    MemorySegment.copy(request, 0, buffer, ValueLayout.JAVA_BYTE, 0, request.length);
    return request.length;
  }

  @Override
  public synchronized int write(MemorySegment buffer, long length) {
    FakeReply reply = new FakeReply(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
    if (reply.unique() == 0 && noteErrno != 0) {
      refusedNotes++;
      return -noteErrno;
    }
    replies.add(reply);
    notifyAll();
    return 0;
  }

  /** The answer to a request, when there is one by now. */
  synchronized @Nullable FakeReply reply(long unique) {
    return replies.stream().filter(r -> r.unique() == unique).findFirst().orElse(null);
  }

  /** Waits for the answer to a request. */
  synchronized FakeReply await(long unique) throws InterruptedException {
    FakeReply reply = reply(unique);
    while (reply == null) {
      wait();
      reply = reply(unique);
    }
    return reply;
  }

  synchronized FakeReply last() {
    return replies.get(replies.size() - 1);
  }

  synchronized List<FakeReply> replies() {
    return List.copyOf(replies);
  }

  synchronized int replyCount() {
    return replies.size();
  }

  @Override
  public synchronized Device another() {
    FakeDevice other = new FakeDevice();
    others.add(other);
    return other;
  }

  FakeDevice other(int i) {
    return others.get(i);
  }

  @Override
  public synchronized int openBacking(Path file) {
    if (backingErrno != 0) {
      return -backingErrno;
    }
    backings.put(++lastBacking, file);
    return lastBacking;
  }

  @Override
  public synchronized void closeBacking(int id) {
    if (backings.remove(id) == null) {
      throw new AssertionError("no backing file has the number " + id);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
