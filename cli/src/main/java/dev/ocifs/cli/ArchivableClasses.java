package dev.ocifs.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Writes the classes that are compiled for Java 5 and older again in a form that an AOT cache
 * accepts, for the launcher, which puts them in front of the class path.
 *
 * <p>The JVM neither archives such classes nor verifies them quickly: they have no stack maps.
 * Loading picocli anew took a quarter of a short command's CPU time (0.26 s, against 0.19 s
 * without); ASM and jnr-x86asm are needed by each mount. Nothing in them changes but the version
 * and the stack maps that are added.
 */
public final class ArchivableClasses {
  /** Of Java 8: the first that does not allow the old instructions for subroutines. */
  private static final int VERSION = ClassFile.JAVA_8_VERSION;

  /** A class file: magic number, minor and major version of two bytes each (JVMS 4.1). */
  private static final int MAJOR_VERSION_AT = 6;

  private ArchivableClasses() {}

  /**
   * Writes the jar.
   *
   * @param args where to, and the jars to look through
   */
  public static void main(String[] args) throws IOException {
    ClassFile format =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofClassLoading(ArchivableClasses.class.getClassLoader())
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    try (JarOutputStream out =
        new JarOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(args[0]))))) {
      for (String jar : Arrays.asList(args).subList(1, args.length)) {
        renewAll(format, jar, out);
      }
    }
  }

  private static void renewAll(ClassFile format, String jar, JarOutputStream out)
      throws IOException {
    try (JarFile in = new JarFile(jar)) {
      for (Enumeration<JarEntry> entries = in.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        if (!entry.getName().endsWith(".class")) {
          continue;
        }
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (isOld(bytes)) {
          JarEntry renewed = new JarEntry(entry.getName());
          renewed.setTimeLocal(entry.getTimeLocal()); // not of now: the same jar each time
          out.putNextEntry(renewed);
          out.write(renew(format, bytes));
        }
      }
    }
  }

  /** Whether the class is older than stack maps, which Java 6 brought. */
  private static boolean isOld(byte[] bytes) {
    return bytes[MAJOR_VERSION_AT + 1] < ClassFile.JAVA_6_VERSION;
  }

  private static byte[] renew(ClassFile format, byte[] bytes) {
    ClassTransform newVersion =
        (builder, element) -> {
          if (element instanceof ClassFileVersion) {
            builder.withVersion(VERSION, 0);
          } else {
            builder.with(element);
          }
        };
    try {
      return format.transformClass(
          format.parse(bytes),
          ClassTransform.transformingMethodBodies(
                  method -> !method.flags().has(AccessFlag.ABSTRACT), CodeTransform.ACCEPT_ALL)
              .andThen(newVersion));
    } catch (IllegalArgumentException e) {
      return bytes; // made for a library that is not here, as picocli's scripts for Groovy
    }
  }
}
