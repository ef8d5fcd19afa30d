package dev.ocifs.mount.jnr;

import dev.ocifs.mount.MountOptions;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.oci.Printable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** What libfuse is told of a mount, as the command line that it parses. */
final class FuseArguments {
  /**
   * Seconds; the kernel counts in jiffies and takes its largest number for anything larger. The
   * image never changes.
   */
  private static final String FOREVER = "1000000000";

  /** The most that libfuse 2 lets the kernel ask for at once. */
  private static final int MAX_READ_BYTES = 128 * 1024;

  private final List<Pointer> strings = new ArrayList<>();
  private final Pointer vector;

  FuseArguments(Runtime runtime, MountRequest request) {
    byte[] dir = request.dir().toAbsolutePath().toString().getBytes(Libc.nameCharset());
    byte[] options = String.join(",", options(request)).getBytes(StandardCharsets.UTF_8);
    for (byte[] argument : List.of(ascii("ocifs"), ascii("-f"), dir, ascii("-o"), options)) {
      Pointer string = Memory.allocateDirect(runtime, argument.length + 1, true);
      string.put(0, argument, 0, argument.length);
      strings.add(string);
    }
    vector = Memory.allocateDirect(runtime, (strings.size() + 1) * Long.BYTES, true);
    for (int i = 0; i < strings.size(); i++) {
      vector.putPointer((long) i * Long.BYTES, strings.get(i));
    }
  }

  int count() {
    return strings.size();
  }

  Pointer vector() {
    return vector;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static List<String> options(MountRequest request) {
    MountOptions wanted = request.options();
    List<String> options = new ArrayList<>();
    options.add("ro");
    options.add(wanted.suid() ? "suid" : "nosuid");
    options.add(wanted.dev() ? "dev" : "nodev");
    options.add("fsname=" + escape(request.image()));
    options.add("subtype=ocifs");
    options.add("use_ino");
    options.add("kernel_cache");
    options.add("entry_timeout=" + FOREVER);
    options.add("attr_timeout=" + FOREVER);
    options.add("negative_timeout=" + FOREVER);
    options.add("max_read=" + MAX_READ_BYTES);
    if (wanted.allowOther()) {
      options.add("allow_other");
      options.add("default_permissions");
    }
    if (wanted.debug()) {
      options.add("debug");
    }
    return options;
  }

  /**
   * Commas end an option; backslashes take that from them. Control characters would break the mount
   * table's lines.
   */
  private static String escape(String image) {
    return Printable.escape(image).replace("\\", "\\\\").replace(",", "\\,");
  }
}
