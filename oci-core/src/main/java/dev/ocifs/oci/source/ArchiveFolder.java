package dev.ocifs.oci.source;

import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The members of a tar, read in place. Links are followed inside the archive only. */
final class ArchiveFolder implements Folder {
  private static final int MAX_LINKS = 40;

  private final BlobSource file;
  private final Map<String, TarScan.Member> members;

  /**
   * @param file closed with the folder
   */
  ArchiveFolder(BlobSource file, Limits limits) throws IOException {
    this.file = file;
    this.members = TarScan.scan(file, limits);
  }

  /** The first names in order, for a message that says what the archive holds. */
  List<String> sample(int count) {
    return members.keySet().stream().filter(n -> !n.isEmpty()).sorted().limit(count).toList();
  }

  @Override
  public boolean holds(String name) throws IOException {
    return find(name).filter(m -> m.type() == TarScan.Type.FILE).isPresent();
  }

  @Override
  public BlobSource open(String name) throws IOException {
    TarScan.Member member =
        find(name)
            .orElseThrow(
                () ->
                    new OcifsException(
                        OcifsException.Kind.NOT_FOUND, file + " has no member '" + name + "'"));
    if (member.type() != TarScan.Type.FILE) {
      throw new OcifsException(
          OcifsException.Kind.INVALID_IMAGE,
          "member '" + name + "' of " + file + " is no regular file");
    }
    return new RangeBlob(file, member.pos(), member.size(), name);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return file.toString();
  }

  /** The member that a name leads to, through links of the name itself and of its parents. */
  private Optional<TarScan.Member> find(String name) throws OcifsException {
    String path = MemberPath.normalise(name);
    for (int links = 0; links <= MAX_LINKS; links++) {
      Optional<Link> link = firstLink(path);
      if (link.isEmpty()) {
        return Optional.ofNullable(members.get(path));
      }
      path = MemberPath.normalise(link.get().target() + path.substring(link.get().path.length()));
    }
    throw new OcifsException(
            OcifsException.Kind.INVALID_IMAGE,
            "more than " + MAX_LINKS + " links are to be followed in " + file)
        .entry(name);
  }

  /** The first prefix of the path that is a link. */
  private Optional<Link> firstLink(String path) {
    for (int slash = path.indexOf('/'); ; slash = path.indexOf('/', slash + 1)) {
      String prefix = slash < 0 ? path : path.substring(0, slash);
      TarScan.Member member = members.get(prefix);
      if (member != null && member.type().isLink()) {
        return Optional.of(new Link(prefix, member));
      }
      if (slash < 0) {
        return Optional.empty();
      }
    }
  }

  /** A link and where it lies; a hard link names its target from the root. */
  private record Link(String path, TarScan.Member member) {
    String target() throws OcifsException {
      return member.type() == TarScan.Type.SYMLINK
          ? MemberPath.resolve(path, member.target())
          : MemberPath.normalise(member.target());
    }
  }
}
