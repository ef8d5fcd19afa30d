package dev.ocifs.mount.kernel;

import dev.ocifs.layerfs.view.Attributes;
import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.mount.Errno;
import dev.ocifs.mount.Failures;
import dev.ocifs.mount.XattrRules;
import java.io.IOException;
import java.util.Arrays;

/**
 * Answers the kernel's requests from a view: what each operation of the FUSE protocol means for a
 * tree that never changes.
 *
 * <p>The kernel's node IDs are the view's inode numbers, both call the root 1: nothing is
 * remembered of what the kernel knows, so FORGET has nothing to do and a handle of an open file
 * carries nothing. OPEN, OPENDIR and FLUSH are answered with ENOSYS, upon which the kernel keeps
 * pages and listings and asks no more; but OPEN is served where {@link OpenFiles} have a use of it.
 * Whatever would change something is refused with EROFS: it comes only when root has remounted the
 * directory writable. STATX is ENOSYS, too: an image has no times of birth, and for want of one the
 * kernel would ask anew each time.
 *
 * <p>Reads that would wait are handed to {@link SlowReads}; all else is answered at once. Requests
 * are the kernel's, but are checked as if they were not: each deserves one answer. One a serving
 * thread; not thread-safe, and allocates nothing for what programs ask often.
 */
final class Protocol {
  /** In place of an errno: no answer now, or none at all. */
  static final int SILENT = -1;

  private static final byte[] SELF = {'.'};
  private static final byte[] PARENT = {'.', '.'};

  private static final int BLOCK_BYTES = 4096;

  /** readlink(2) of Linux has a page, and a zero ends what it holds. */
  private static final int MAX_TARGET_BYTES = 4095;

  /** fcntl.h. */
  private static final int O_ACCMODE = 3;

  private static final int O_RDONLY = 0;

  /** unistd.h. */
  private static final int X_OK = 1;

  private static final int W_OK = 2;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int ANY_EXECUTE = 0111;

  private final ImageView view;
  private final Failures failures;
  private final Negotiation negotiation;
  private final SlowReads slowReads;
  private final OpenFiles openFiles;
  private final Device device;
  private final Request request;
  private final Reply reply;
  private final Attributes attributes = new Attributes();
  private final Listing listing;

  /** The file that the last answer opened, 0 for none. */
  private long opened;

  /**
   * @param device where the requests come from
   * @param request holds the request while {@link #answer} runs
   * @param reply takes the body of the answer
   */
  Protocol(
      ImageView view,
      Failures failures,
      Negotiation negotiation,
      SlowReads slowReads,
      OpenFiles openFiles,
      Device device,
      Request request,
      Reply reply) {
    this.view = view;
    this.failures = failures;
    this.negotiation = negotiation;
    this.slowReads = slowReads;
    this.openFiles = openFiles;
    this.device = device;
    this.request = request;
    this.reply = reply;
    listing = new Listing(view, reply);
  }

  /**
   * Carries the request out. Throws nothing.
   *
   * @return 0 when the reply holds the answer, else an errno or {@link #SILENT}
   */
  int answer() {
    reply.clear();
    opened = 0;
    try {
      int opcode = request.opcode();
      return request.isWhole() ? answer(opcode) : hasAnswer(opcode) ? Errno.EINVAL : SILENT;
    } catch (Throwable e) { // the program that waits for its answer must get one
      return failures.errno(e);
    }
  }

  private static boolean hasAnswer(int opcode) {
    return switch (opcode) {
      case Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.INTERRUPT, Opcode.NOTIFY_REPLY -> false;
      default -> true;
    };
  }

  private int answer(int opcode) throws IOException {
    return switch (opcode) {
      case Opcode.LOOKUP -> lookup();
      case Opcode.GETATTR -> getattr();
      case Opcode.READLINK -> readlink();
      case Opcode.OPEN -> open();
      case Opcode.OPENDIR -> opendir();
      case Opcode.READ -> read();
      case Opcode.READDIR -> readdir(false);
      case Opcode.READDIRPLUS -> readdir(true);
      case Opcode.STATFS -> statfs();
      case Opcode.GETXATTR -> getxattr();
      case Opcode.LISTXATTR -> listxattr();
      case Opcode.ACCESS -> access();
      case Opcode.LSEEK -> lseek();
      case Opcode.INTERRUPT -> interrupt();
      case Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.NOTIFY_REPLY -> SILENT;
      case Opcode.RELEASE -> release();
      case Opcode.RELEASEDIR, Opcode.DESTROY -> 0;
      case Opcode.SETATTR,
          Opcode.SYMLINK,
          Opcode.MKNOD,
          Opcode.MKDIR,
          Opcode.UNLINK,
          Opcode.RMDIR,
          Opcode.RENAME,
          Opcode.RENAME2,
          Opcode.LINK,
          Opcode.WRITE,
          Opcode.SETXATTR,
          Opcode.REMOVEXATTR,
          Opcode.CREATE,
          Opcode.TMPFILE,
          Opcode.FALLOCATE,
          Opcode.COPY_FILE_RANGE,
          Opcode.COPY_FILE_RANGE_64 ->
          Errno.EROFS;
      case Opcode.IOCTL -> Errno.ENOTTY;
      case Opcode.INIT -> Errno.EINVAL; // it has connected
      default -> Errno.ENOSYS;
    };
  }

  private boolean isKnown(long inode) {
    return inode >= ImageView.ROOT && inode <= view.inodeCount();
  }

  private int lookup() throws IOException {
    long directory = request.inode();
    int bytes = request.nameLength(0);
    if (bytes < 0) {
      return Errno.EINVAL;
    }
    if (bytes > Request.MAX_NAME_BYTES) {
      return Errno.ENAMETOOLONG;
    }
    if (!isKnown(directory)) {
      return Errno.ENOENT;
    }
    long inode = find(directory, request.name(0, bytes));
    int at = reply.extend(Results.Entry.BYTES);
    if (inode == 0) {
      reply.putNoEntry(at); // which, unlike ENOENT, the kernel remembers
    } else {
      view.attributes(inode, attributes);
      reply.putEntry(at, attributes);
    }
    return 0;
  }

  /** A server of NFS asks for "." and "..". */
  private long find(long directory, byte[] name) throws IOException {
    if (Arrays.equals(name, SELF)) {
      return directory;
    }
    return Arrays.equals(name, PARENT) ? view.parent(directory) : view.lookup(directory, name);
  }

  private int getattr() throws IOException {
    if (!isKnown(request.inode())) {
      return Errno.ENOENT;
    }
    view.attributes(request.inode(), attributes);
    reply.putAttrOut(reply.extend(Results.AttrOut.BYTES), attributes);
    return 0;
  }

  private int readlink() throws IOException {
    if (!isKnown(request.inode())) {
      return Errno.ENOENT;
    }
    byte[] target = view.readlink(request.inode());
    if (target.length > MAX_TARGET_BYTES) {
      return Errno.ENAMETOOLONG;
    }
    reply.append(target);
    return 0;
  }

  /** The errno that a request to open deserves, 0 when it can be done. */
  private int refusal() {
    if (!request.has(Arguments.Open.BYTES)) {
      return Errno.EINVAL;
    }
    boolean reads = (request.intAt(Arguments.Open.FLAGS) & O_ACCMODE) == O_RDONLY;
    return reads ? 0 : Errno.EROFS;
  }

  /** ENOSYS: never ask again. */
  private int open() throws IOException {
    int errno = refusal();
    if (errno != 0) {
      return errno;
    }
    if (openFiles.areIdle() && negotiation.withoutOpen()) {
      return Errno.ENOSYS;
    }
    long inode = request.inode();
    if (!isKnown(inode)) {
      return Errno.ENOENT;
    }
    int backing = openFiles.open(inode, device);
    opened = inode;
    int at = reply.extend(Results.Open.BYTES);
    reply.putInt(at + Results.Open.BACKING_ID, backing);
    reply.putInt(
        at + Results.Open.OPEN_FLAGS,
        backing == 0 ? Results.Open.FOPEN_KEEP_CACHE : Results.Open.FOPEN_PASSTHROUGH);
    return 0;
  }

  /** The program that opened a file did not live to have it: the kernel does not release it. */
  void notTaken() {
    if (opened != 0) {
      openFiles.release(opened, device);
    }
  }

  private int release() {
    openFiles.release(request.inode(), device);
    return 0;
  }

  private int opendir() {
    int errno = refusal();
    if (errno != 0) {
      return errno;
    }
    if (negotiation.withoutOpendir()) {
      return Errno.ENOSYS;
    }
    int at = reply.extend(Results.Open.BYTES);
    reply.putInt(
        at + Results.Open.OPEN_FLAGS, Results.Open.FOPEN_KEEP_CACHE | Results.Open.FOPEN_CACHE_DIR);
    return 0;
  }

  private int read() throws IOException {
    if (!request.has(Arguments.Read.BYTES)) {
      return Errno.EINVAL;
    }
    long inode = request.inode();
    if (!isKnown(inode)) {
      return Errno.ENOENT;
    }
    long pos = request.longAt(Arguments.Read.OFFSET);
    int size = size(Arguments.Read.SIZE);
    openFiles.willRead(inode, size);
    int n = view.readAtHand(inode, pos, reply.room(size));
    if (n < 0) {
      slowReads.start(device, request.unique(), request.thread(), inode, pos, size);
      return SILENT;
    }
    reply.setLength(n);
    return 0;
  }

  /** How much is asked for: never more than we agreed to. */
  private int size(int offset) {
    long size = Integer.toUnsignedLong(request.intAt(offset));
    return (int) Math.min(size, Reply.MAX_CONTENT_BYTES);
  }

  private int readdir(boolean plus) throws IOException {
    if (!request.has(Arguments.Read.BYTES)) {
      return Errno.EINVAL;
    }
    if (!isKnown(request.inode())) {
      return Errno.ENOENT;
    }
    long offset = request.longAt(Arguments.Read.OFFSET);
    if (offset < 0) {
      return Errno.EINVAL;
    }
    listing.write(request.inode(), offset, size(Arguments.Read.SIZE), plus);
    return 0;
  }

  /** All is used, nothing is free. */
  private int statfs() throws IOException {
    int at = reply.extend(Results.Statfs.BYTES);
    reply.putLong(at + Results.Statfs.BLOCKS, Math.ceilDiv(view.contentBytes(), BLOCK_BYTES));
    reply.putLong(at + Results.Statfs.FILES, view.inodeCount());
    reply.putInt(at + Results.Statfs.BSIZE, BLOCK_BYTES);
    reply.putInt(at + Results.Statfs.FRSIZE, BLOCK_BYTES);
    reply.putInt(at + Results.Statfs.NAMELEN, Request.MAX_NAME_BYTES);
    return 0;
  }

  private int getxattr() throws IOException {
    int bytes = request.nameLength(Arguments.Getxattr.BYTES);
    if (bytes < 0) {
      return Errno.EINVAL;
    }
    if (bytes > Request.MAX_NAME_BYTES) {
      return Errno.ERANGE;
    }
    if (!isKnown(request.inode())) {
      return Errno.ENOENT;
    }
    byte[] name = request.name(Arguments.Getxattr.BYTES, bytes);
    byte[] value = XattrRules.value(view, request.inode(), name);
    return value == null ? XattrRules.absent(name) : sized(value);
  }

  private int listxattr() throws IOException {
    if (!request.has(Arguments.Getxattr.BYTES)) {
      return Errno.EINVAL;
    }
    if (!isKnown(request.inode())) {
      return Errno.ENOENT;
    }
    return sized(XattrRules.list(view, request.inode(), request.user()));
  }

  /** Size 0 asks how large the buffer has to be (getxattr(2)). */
  private int sized(byte[] bytes) {
    int size = request.intAt(Arguments.Getxattr.SIZE);
    if (size == 0) {
      int at = reply.extend(Results.Getxattr.BYTES);
      reply.putInt(at + Results.Getxattr.SIZE, bytes.length);
      return 0;
    }
    if (Integer.compareUnsigned(size, bytes.length) < 0) {
      return Errno.ERANGE;
    }
    reply.append(bytes);
    return 0;
  }

  /**
   * Comes from access(2) alone, and only where the kernel does not check permissions itself: the
   * mount belongs to one user then, who may do what any user could.
   */
  private int access() throws IOException {
    if (!request.has(Arguments.Access.BYTES)) {
      return Errno.EINVAL;
    }
    if (!isKnown(request.inode())) {
      return Errno.ENOENT;
    }
    int mask = request.intAt(Arguments.Access.MASK);
    if ((mask & W_OK) != 0) {
      return Errno.EROFS;
    }
    view.attributes(request.inode(), attributes);
    boolean runs = attributes.isDirectory() || (attributes.mode & ANY_EXECUTE) != 0;
    return (mask & X_OK) != 0 && !runs ? Errno.EACCES : 0;
  }

  /** The end of a file counts as a hole, see lseek(2). */
  private int lseek() throws IOException {
    if (!request.has(Arguments.Lseek.BYTES)) {
      return Errno.EINVAL;
    }
    if (!isKnown(request.inode())) {
      return Errno.ENOENT;
    }
    long inode = request.inode();
    long pos = request.longAt(Arguments.Lseek.OFFSET);
    int whence = request.intAt(Arguments.Lseek.WHENCE);
    view.attributes(inode, attributes);
    if (whence != SEEK_DATA && whence != SEEK_HOLE) {
      return Errno.EINVAL;
    }
    if (pos < 0 || pos >= attributes.size) {
      return Errno.ENXIO;
    }
    long found =
        whence == SEEK_DATA
            ? view.nextData(inode, pos)
            : Math.min(view.nextHole(inode, pos), attributes.size);
    if (found < 0) {
      return Errno.ENXIO;
    }
    reply.putLong(reply.extend(Results.Lseek.BYTES) + Results.Lseek.OFFSET, found);
    return 0;
  }

  private int interrupt() {
    if (request.has(Arguments.Interrupt.BYTES)) {
      slowReads.interrupt(request.longAt(Arguments.Interrupt.UNIQUE));
    }
    return SILENT;
  }
}
