package dev.ocifs.oci.source;

import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;

/**
 * The members of a tar archive, read where they lie: opening it notes where each is, and copies
 * nothing. Links to other members are followed. Immutable.
 */
final class ArchiveFolder implements BlobFolder {
  /** More than any image has files; an archive with more is something else. */
  private static final int MAX_MEMBERS = 100_000;

  private static final int MAX_LINKS = 40;

  /** A member: a run of bytes, or a link to another member. */
  private record Member(long pos, long size, @Nullable String target) {}

  private final Path file;
  private final Map<String, Member> members;

  private ArchiveFolder(Path file, Map<String, Member> members) {
    this.file = file;
    this.members = members;
  }

  /**
   * Notes the members of an archive.
   *
   * @throws OcifsException {@code INVALID_IMAGE} when the file is no tar archive
   */
  static ArchiveFolder scan(Path file) throws IOException {
    Map<String, Member> members = new HashMap<>();
    try (TarFile tar = new TarFile(file)) {
      for (TarArchiveEntry entry : tar.getEntries()) {
        if (members.size() == MAX_MEMBERS) {
          throw new OcifsException(
              OcifsException.Kind.LIMIT, file + " has more than " + MAX_MEMBERS + " members");
        }
        String name = normalise("", entry.getName());
        if (entry.isSymbolicLink()) {
          members.put(name, new Member(0, 0, normalise(parent(name), entry.getLinkName())));
        } else if (entry.isLink()) {
          members.put(name, new Member(0, 0, normalise("", entry.getLinkName())));
        } else if (entry.isFile() && !entry.isSparse()) {
          members.put(name, new Member(entry.getDataOffset(), entry.getSize(), null));
        }
      }
    } catch (OcifsException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Commons Compress throws unchecked exceptions, too, for archives that are broken.
      throw new OcifsException(
              OcifsException.Kind.INVALID_IMAGE,
              file + " is not a complete tar archive: " + e.getMessage(),
              e)
          .hint("save or download the archive again");
    }
    return new ArchiveFolder(file, Map.copyOf(members));
  }

  boolean has(String path) throws OcifsException {
    return find(path) != null;
  }

  @Override
  public Optional<BlobSource> open(String path) throws IOException {
    Member member = find(path);
    return member == null
        ? Optional.empty()
        : Optional.of(FileBlob.open(file, member.pos, member.size, path));
  }

  private @Nullable Member find(String path) throws OcifsException {
    String name = normalise("", path);
    for (int links = 0; links <= MAX_LINKS; links++) {
      Member member = members.get(name);
      if (member == null || member.target == null) {
        return member;
      }
      name = member.target;
    }
    throw new OcifsException(
        OcifsException.Kind.INVALID_IMAGE, "links in " + file + " go round: " + path);
  }

  /** The path without '.', '..' and empty components; '..' ends at the root. */
  private static String normalise(String directory, String path) {
    List<String> parts = new ArrayList<>();
    String whole = path.startsWith("/") ? path : directory + "/" + path;
    for (String part : whole.split("/", -1)) {
      if (part.equals("..")) {
        if (!parts.isEmpty()) {
          parts.remove(parts.size() - 1);
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
