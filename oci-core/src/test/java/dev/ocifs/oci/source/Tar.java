package dev.ocifs.oci.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar in the making; a member added again replaces the first. */
final class Tar {
  private static final class Member {
    private final byte type;
    private final byte[] content;
    private final String target;

    Member(byte type, byte[] content, String target) {
      this.type = type;
      this.content = content;
      this.target = target;
    }
  }

  private final Map<String, Member> members = new LinkedHashMap<>();

  Tar file(String name, byte[] content) {
    members.put(name, new Member(TarConstants.LF_NORMAL, content, ""));
    return this;
  }

  Tar file(String name, String content) {
    return file(name, content.getBytes(UTF_8));
  }

  Tar symlink(String name, String target) {
    members.put(name, new Member(TarConstants.LF_SYMLINK, new byte[0], target));
    return this;
  }

  Tar hardLink(String name, String target) {
    members.put(name, new Member(TarConstants.LF_LINK, new byte[0], target));
    return this;
  }

  byte[] bytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, Member> named : members.entrySet()) {
        Member member = named.getValue();
        TarArchiveEntry entry = new TarArchiveEntry(named.getKey(), member.type, true);
        entry.setSize(member.content.length);
        entry.setLinkName(member.target);
        tar.putArchiveEntry(entry);
        tar.write(member.content);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }
}
