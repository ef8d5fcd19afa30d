package dev.ocifs.mount.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The offsets and numbers are those of linux/fuse.h, as far as the header here goes. */
class WireTest {
  private static final Path HEADER = Path.of("/usr/include/linux/fuse.h");
  private static final Pattern STRUCT = Pattern.compile("struct (fuse_\\w+) \\{(.*?)\n\\};");
  private static final Pattern FIELD =
      Pattern.compile("(struct )?(\\w+)\\s+(\\w+)(?:\\[(\\d*)\\])?;");
  private static final Pattern OPCODE = Pattern.compile("FUSE_(\\w+)\\s*=\\s*(\\d+),");
  private static final Pattern FLAG =
      Pattern.compile("#define (FOPEN|FUSE)_(\\w+)\\s+\\((?:1|1ULL) << (\\d+)\\)");

  /** Sizes by the changelog of the header and fuse(4): what a kernel of 7.31 to 7.40 sends. */
  private static final Map<String, Integer> SIZES =
      Map.ofEntries(
          Map.entry("fuse_in_header", 40),
          Map.entry("fuse_out_header", 16),
          Map.entry("fuse_init_in", 64),
          Map.entry("fuse_init_out", 64),
          Map.entry("fuse_open_in", 8),
          Map.entry("fuse_read_in", 40),
          Map.entry("fuse_getxattr_in", 8),
          Map.entry("fuse_access_in", 8),
          Map.entry("fuse_lseek_in", 24),
          Map.entry("fuse_interrupt_in", 8),
          Map.entry("fuse_attr", 88),
          Map.entry("fuse_attr_out", 104),
          Map.entry("fuse_entry_out", 128),
          Map.entry("fuse_dirent", 24),
          Map.entry("fuse_open_out", 16),
          Map.entry("fuse_getxattr_out", 8),
          Map.entry("fuse_lseek_out", 8),
          Map.entry("fuse_notify_store_out", 24),
          Map.entry("fuse_kstatfs", 80));

  private static final Map<String, Class<?>> STRUCTS =
      Map.ofEntries(
          Map.entry("fuse_in_header", Headers.In.class),
          Map.entry("fuse_out_header", Headers.Out.class),
          Map.entry("fuse_init_in", Init.In.class),
          Map.entry("fuse_init_out", Init.Out.class),
          Map.entry("fuse_open_in", Arguments.Open.class),
          Map.entry("fuse_read_in", Arguments.Read.class),
          Map.entry("fuse_getxattr_in", Arguments.Getxattr.class),
          Map.entry("fuse_access_in", Arguments.Access.class),
          Map.entry("fuse_lseek_in", Arguments.Lseek.class),
          Map.entry("fuse_interrupt_in", Arguments.Interrupt.class),
          Map.entry("fuse_attr", Results.Attr.class),
          Map.entry("fuse_attr_out", Results.AttrOut.class),
          Map.entry("fuse_entry_out", Results.Entry.class),
          Map.entry("fuse_dirent", Results.Dirent.class),
          Map.entry("fuse_open_out", Results.Open.class),
          Map.entry("fuse_getxattr_out", Results.Getxattr.class),
          Map.entry("fuse_lseek_out", Results.Lseek.class),
          Map.entry("fuse_notify_store_out", Results.NotifyStore.class),
          Map.entry("fuse_kstatfs", Results.Statfs.class));

  /** Fields and flags that came with 7.40, which headers of some distributions are older than. */
  private static final Set<String> SINCE_7_40 =
      Set.of("BACKING_ID", "MAX_STACK_DEPTH", "PASSTHROUGH");

  private String header = "";

  @BeforeEach
  void readHeader() throws IOException {
    header = Files.exists(HEADER) ? Files.readString(HEADER) : "";
  }

  @Test
  void structsHaveTheSizesOfTheProtocol() {
    Map<String, Integer> sizes = new TreeMap<>();
    STRUCTS.forEach((name, type) -> sizes.put(name, constants(type).get("BYTES")));
    assertThat(sizes).containsExactlyInAnyOrderEntriesOf(SIZES);
  }

  @Test
  void fieldsLieWhereTheHeaderHasThem() {
    assumeTrue(!header.isEmpty(), HEADER + " is not installed");
    Map<String, Map<String, Integer>> declared = structs();
    int compared = 0;
    for (Map.Entry<String, Class<?>> struct : STRUCTS.entrySet()) {
      Map<String, Integer> offsets =
          Objects.requireNonNull(declared.getOrDefault(struct.getKey(), Map.of()));
      for (Map.Entry<String, Integer> ours : constants(struct.getValue()).entrySet()) {
        String name = ours.getKey();
        if (name.equals("SHORT_BYTES") || name.startsWith("FOPEN")) {
          continue;
        }
        if (SINCE_7_40.contains(name) && !header.contains(name.toLowerCase(Locale.ROOT))) {
          continue; // an older header than the protocol here
        }
        String key = name.equals("BYTES") ? name : name.toLowerCase(Locale.ROOT);
        assertThat(offsets.get(key))
            .as("%s of struct %s", key, struct.getKey())
            .isEqualTo(ours.getValue());
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(80);
  }

  @Test
  void opcodesAreTheHeaders() {
    assumeTrue(!header.isEmpty(), HEADER + " is not installed");
    Map<String, Integer> declared = new TreeMap<>();
    int start = header.indexOf("enum fuse_opcode");
    Matcher matcher = OPCODE.matcher(header.substring(start, header.indexOf("CUSE_INIT", start)));
    while (matcher.find()) {
      declared.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }
    assertThat(declared).hasSizeGreaterThan(40);
    assertThat(constants(Opcode.class)).containsAllEntriesOf(declared);
  }

  @Test
  void flagsAreTheHeaders() throws ReflectiveOperationException {
    assumeTrue(!header.isEmpty(), HEADER + " is not installed");
    Map<String, Long> declared = new TreeMap<>();
    Matcher matcher = FLAG.matcher(header);
    while (matcher.find()) {
      String prefix = matcher.group(1).equals("FOPEN") ? "FOPEN_" : "";
      declared.put(prefix + matcher.group(2), 1L << Integer.parseInt(matcher.group(3)));
    }
    for (Field flag : Init.Flag.class.getDeclaredFields()) {
      boolean isThere = header.contains(flag.getName()) || !SINCE_7_40.contains(flag.getName());
      if (!flag.isSynthetic() && isThere) {
        assertThat(declared).containsEntry(flag.getName(), flag.getLong(null));
      }
    }
    assertThat(declared)
        .containsEntry("FOPEN_KEEP_CACHE", (long) Results.Open.FOPEN_KEEP_CACHE)
        .containsEntry("FOPEN_CACHE_DIR", (long) Results.Open.FOPEN_CACHE_DIR);
  }

  private static Map<String, Integer> constants(Class<?> type) {
    Map<String, Integer> constants = new TreeMap<>();
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
        try {
          constants.put(field.getName(), field.getInt(null));
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      }
    }
    return constants;
  }

  /** Offsets of all structs by C's rules of alignment; "BYTES" is the size. */
  private Map<String, Map<String, Integer>> structs() {
    Map<String, Map<String, Integer>> structs = new LinkedHashMap<>();
    String plain = header.replaceAll("(?s)/\\*.*?\\*/", "");
    Matcher struct = Pattern.compile(STRUCT.pattern(), Pattern.DOTALL).matcher(plain);
    while (struct.find()) {
      Map<String, Integer> offsets = new LinkedHashMap<>();
      int at = 0;
      Matcher field = FIELD.matcher(struct.group(2));
      while (field.find()) {
        int bytes = field.group(1) != null ? size(structs, field.group(2)) : width(field.group(2));
        at = -Math.floorDiv(-at, Math.min(bytes, 8)) * Math.min(bytes, 8);
        offsets.put(field.group(3), at);
        String count = field.group(4);
        at += bytes * (count == null ? 1 : count.isEmpty() ? 0 : Integer.parseInt(count));
      }
      offsets.put("BYTES", at);
      structs.put(struct.group(1), offsets);
    }
    return structs;
  }

  private static int size(Map<String, Map<String, Integer>> structs, String name) {
    Integer bytes = structs.getOrDefault(name, Map.of()).get("BYTES");
    if (bytes == null) {
      throw new AssertionError("struct " + name + " is used before it is declared");
    }
    return bytes;
  }

  private static int width(String type) {
    return switch (type) {
      case "char" -> 1;
      case "uint16_t" -> 2;
      case "uint32_t", "int32_t" -> 4;
      case "uint64_t", "int64_t" -> 8;
      default -> throw new AssertionError("type " + type);
    };
  }
}
