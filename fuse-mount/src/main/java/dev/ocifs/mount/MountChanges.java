package dev.ocifs.mount;

import dev.ocifs.mount.internal.ffm.Descriptors;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The kernel's table of mounts and the wait for its next change. Of one thread at a time. */
interface MountChanges extends Closeable {

  /** What is mounted now. */
  List<MountTable.Entry> mounts() throws IOException;

  /** Waits until the table has changed since this was opened or last waited; or shorter. */
  void await() throws IOException;

  @Override
  void close();

  /** Those of this process, see proc_pid_mountinfo(5). */
  static MountChanges open() throws IOException {
    int table = Descriptors.open(MountTable.TABLE, Descriptors.O_RDONLY | Descriptors.O_CLOEXEC);
    if (table < 0) {
      throw new IOException("cannot open " + MountTable.TABLE + ": errno " + -table);
    }
    return new MountChanges() {
      @Override
      public List<MountTable.Entry> mounts() throws IOException {
        return MountTable.read();
      }

      @Override
      public void await() throws IOException {
        int result = Descriptors.awaitChange(table);
        if (result < 0 && result != -Errno.EINTR) {
          throw new IOException("poll(2) gives errno " + -result);
        }
      }

      @Override
      public void close() {
        int ignored = Descriptors.close(table);
      }
    };
  }
}
