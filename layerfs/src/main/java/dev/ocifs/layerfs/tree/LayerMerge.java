package dev.ocifs.layerfs.tree;

import dev.ocifs.layerfs.index.EntryCursor;
import dev.ocifs.layerfs.index.LayerEntry;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.Digest;
import dev.ocifs.oci.OcifsException;
import java.util.function.Supplier;

/**
 * Merges one layer into the tree of the layers below it, by the rules of docs/semantics.md.
 *
 * <p>The layer is walked twice (rule 2): first its whiteouts and opaque markers act on the lower
 * tree, whatever their place in the tar, then its entries are added in order. What its hard links
 * refer to, {@link HardLinks} finds. Not thread-safe; used once.
 */
final class LayerMerge {
  private final MergedTree tree;
  private final PathResolver resolver;
  private final int ordinal;
  private final LayerFindings findings;

  /** The first inode that this layer makes: smaller numbers are the lower layers'. */
  private final int firstNew;

  private final LayerEntry entry = new LayerEntry();
  private final HardLinks hardLinks;

  /**
   * @param ordinal the layer's place in the image, 0 at the base
   * @param strict whether entries that break a rule are errors
   */
  LayerMerge(MergedTree tree, int ordinal, Digest diffId, boolean strict, Finding.Sink findings) {
    this.tree = tree;
    this.resolver = new PathResolver(tree);
    this.ordinal = ordinal;
    this.findings = new LayerFindings(diffId, strict, findings);
    this.hardLinks = new HardLinks(tree, resolver, ordinal);
    firstNew = tree.inodes.count();
  }

  /** Merges the layer; {@code entries} gives a walk over its entries, anew at each call. */
  void merge(Supplier<EntryCursor> entries) throws OcifsException {
    hideLower(entries.get());
    EntryCursor cursor = entries.get();
    for (long position = 0; cursor.next(entry); position++) {
      try {
        add(position);
      } catch (OcifsException e) {
        throw e.entry(entry.path);
      }
    }
    hardLinks.linkWaiting();
  }

  /**
   * The first walk: what the layer's whiteouts name is found first and taken away then, so that no
   * order matters.
   */
  private void hideLower(EntryCursor cursor) throws OcifsException {
    for (long position = 0; cursor.next(entry); position++) {
      byte[] path = entry.path;
      int name = PathResolver.nameStart(path);
      if (Whiteouts.hasPrefix(path, name) && !Whiteouts.isAufs(path)) {
        try {
          findHidden(Whiteouts.kind(path, name), name, position);
        } catch (OcifsException e) {
          throw e.entry(path);
        }
      }
    }
    hardLinks.takeHidden();
  }

  private void findHidden(Whiteouts.Kind kind, int name, long position) {
    byte[] path = entry.path;
    int directory = resolver.find(MergedTree.ROOT, path, Math.max(0, name - 1), tree::child);
    if (directory == 0) {
      findings.differs(
          5,
          path,
          "it hides nothing; docker, podman and containerd show a directory for its parent");
      return;
    }
    Links links = tree.links;
    if (kind == Whiteouts.Kind.OPAQUE) {
      int link = (int) tree.inodes.data[directory];
      for (; link != 0; link = links.next[link]) {
        hardLinks.hide(link, position);
      }
    } else {
      int number = tree.strings.find(path, name + Whiteouts.PREFIX_BYTES, path.length);
      if (number >= 0) {
        hardLinks.hide(links.find(directory, number), position);
      }
    }
  }

  private void add(long position) throws OcifsException {
    byte[] path = entry.path;
    if (path.length == 0) {
      addRoot();
      return;
    }
    boolean aufs = Whiteouts.isAufs(path);
    int name = PathResolver.nameStart(path);
    if (!aufs && Whiteouts.kind(path, name) != Whiteouts.Kind.NONE) {
      return;
    }
    if (aufs) {
      findings.differs(6, path, "docker, podman and containerd show files of aufs' own");
    }
    checkComponents(path, name);
    int directory = parent(aufs ? tree.aufs : MergedTree.ROOT, path, name);
    int link =
        tree.links.make(directory, tree.strings.intern(path, name, path.length), tree.inodes);
    if (tree.links.setBy[link] == ordinal + 1) {
      findings.broken(11, path, "the same path stands twice in the layer; the last entry counts");
    }
    tree.links.setBy[link] = ordinal + 1;
    if (hardLinks.isHiddenLater(link, position)) {
      findings.differs(
          2, path, "a whiteout of it follows: docker, podman and containerd refuse the layer");
    }
    findings.attributes(entry);
    hardLinks.replaced(link);
    if (entry.type == LayerEntry.Type.HARD_LINK) {
      addHardLink(link, position);
    } else if (entry.type == LayerEntry.Type.DIRECTORY) {
      addDirectory(link, directory);
    } else {
      tree.links.inode[link] = newInode();
    }
  }

  /** The directory of an entry, whose name begins at {@code name}. */
  private int parent(int root, byte[] path, int name) throws OcifsException {
    int directory = resolver.make(root, path, Math.max(0, name - 1));
    if (resolver.lowestFollowed() < firstNew) {
      findings.differs(
          10,
          path,
          "a lower symbolic link is in its path, which docker, podman and containerd replace by a directory");
    }
    if (resolver.replaced()) {
      findings.differs(
          10, path, "a file in its path becomes a directory, which flat engines refuse");
    }
    return directory;
  }

  private void addRoot() throws OcifsException {
    if (entry.type != LayerEntry.Type.DIRECTORY) {
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              "the root is not a directory but of type " + entry.type)
          .rule(13)
          .entry("/");
    }
    setAttributes(MergedTree.ROOT);
  }

  /** A directory called like a whiteout, in the middle of a path (rule 7). */
  private void checkComponents(byte[] path, int name) throws OcifsException {
    int from = 0;
    while (from < name) {
      if (Whiteouts.hasPrefix(path, from) && !Whiteouts.isAufs(path)) {
        findings.broken(7, path, "a directory in its path is called like a whiteout");
        return;
      }
      while (path[from] != '/') {
        from++;
      }
      from++;
    }
  }

  private void addDirectory(int link, int parent) {
    int inode = tree.links.inode[link];
    if (inode == 0 || !tree.inodes.isDirectory(inode)) {
      inode = tree.newDirectory(parent);
      tree.links.inode[link] = inode;
    }
    setAttributes(inode);
  }

  private int newInode() {
    Inodes inodes = tree.inodes;
    int inode = inodes.add(entry.type.bits());
    setAttributes(inode);
    switch (entry.type) {
      case REGULAR -> {
        inodes.size[inode] = entry.size;
        inodes.data[inode] = entry.dataPos;
        inodes.home[inode] = ordinal;
        inodes.runs[inode] = entry.sparse ? tree.packRuns(entry.runs) : 0;
      }
      case SYMLINK ->
          inodes.data[inode] = tree.strings.intern(entry.target, 0, entry.target.length);
      case CHARACTER_DEVICE, BLOCK_DEVICE ->
          inodes.data[inode] = (long) entry.major << 32 | Integer.toUnsignedLong(entry.minor);
      default -> {}
    }
    return inode;
  }

  private void setAttributes(int inode) {
    Inodes inodes = tree.inodes;
    // Linux gives symbolic links all permissions, whatever a header says.
    int mode = entry.type == LayerEntry.Type.SYMLINK ? 0777 : entry.mode;
    inodes.mode[inode] = entry.type.bits() | mode;
    inodes.uid[inode] = entry.uid;
    inodes.gid[inode] = entry.gid;
    inodes.mtimeSeconds[inode] = entry.mtimeSeconds;
    inodes.mtimeNanos[inode] = entry.mtimeNanos;
    inodes.xattrs[inode] = tree.packXattrs(entry.xattrs);
  }

  private void addHardLink(int link, long position) throws OcifsException {
    int target = hardLinks.target(link, entry.path, entry.target, position);
    tree.links.inode[link] = target;
    if (target == 0) {
      findings.differs(
          14,
          entry.path,
          "its target comes later in the layer, which docker, podman and containerd refuse");
    } else if (target < firstNew) {
      findings.differs(
          14,
          entry.path,
          "its target is in a lower layer, which docker, podman and containerd refuse");
    } else if (!sameAttributes(target)) {
      findings.differs(
          14,
          entry.path,
          "its entry has attributes of its own, which docker, podman and containerd set on the file");
    }
  }

  private boolean sameAttributes(int inode) {
    Inodes inodes = tree.inodes;
    return (inodes.isSymlink(inode) || (inodes.mode[inode] & 07777) == entry.mode)
        && inodes.uid[inode] == entry.uid
        && inodes.gid[inode] == entry.gid
        && inodes.mtimeSeconds[inode] == entry.mtimeSeconds;
  }
}
