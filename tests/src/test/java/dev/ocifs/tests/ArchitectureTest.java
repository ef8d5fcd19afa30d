package dev.ocifs.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The table of which package may use which. An edge that is not in the table fails, and so does one
 * that nobody uses.
 */
class ArchitectureTest {
  private static final String BASE = "dev.ocifs.";

  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("oci", Set.of()),
          Map.entry("oci.graph", Set.of("oci")),
          Map.entry("oci.manifest", Set.of("oci")),
          Map.entry("oci.store", Set.of("oci")),
          Map.entry("oci.registry", Set.of("oci", "oci.manifest", "oci.source")),
          Map.entry("oci.source", Set.of("oci", "oci.graph", "oci.manifest", "oci.store")),
          Map.entry("oci.lazy", Set.of("oci", "oci.source", "oci.store")),
          Map.entry(
              "oci.copy",
              Set.of(
                  "oci", "oci.manifest", "oci.registry", "oci.source", "oci.store", "oci.stored")),
          Map.entry("oci.registry.config", Set.of("oci", "oci.registry")),
          Map.entry("oci.stored", Set.of("oci", "oci.manifest", "oci.store")),
          Map.entry(
              "oci.remote",
              Set.of(
                  "oci",
                  "oci.lazy",
                  "oci.manifest",
                  "oci.registry",
                  "oci.source",
                  "oci.store",
                  "oci.stored")),
          Map.entry("layerfs.view", Set.of("oci", "oci.store")),
          Map.entry("layerfs.format", Set.of("oci")),
          Map.entry("layerfs.tar", Set.of("oci")),
          Map.entry("layerfs.codec", Set.of("oci", "oci.source")),
          Map.entry("layerfs.cache", Set.of("oci", "layerfs.metrics")),
          Map.entry(
              "layerfs.objects", Set.of("oci", "oci.store", "layerfs.batch", "layerfs.cache")),
          Map.entry("layerfs.files", Set.of("oci", "oci.store", "layerfs.cache")),
          Map.entry("layerfs.pool", Set.of()),
          Map.entry("layerfs.batch", Set.of()),
          Map.entry("layerfs.profile", Set.of("oci")),
          Map.entry("layerfs.catalog", Set.of("oci", "oci.graph", "layerfs.batch")),
          Map.entry("layerfs.metrics", Set.of("oci")),
          Map.entry(
              "layerfs.index",
              Set.of(
                  "oci",
                  "oci.source",
                  "oci.store",
                  "layerfs.codec",
                  "layerfs.format",
                  "layerfs.metrics",
                  "layerfs.tar",
                  "layerfs.view")),
          Map.entry(
              "layerfs.toc",
              Set.of(
                  "oci",
                  "oci.manifest",
                  "oci.source",
                  "oci.store",
                  "layerfs.codec",
                  "layerfs.index",
                  "layerfs.tar")),
          Map.entry(
              "layerfs.read",
              Set.of(
                  "oci",
                  "oci.source",
                  "layerfs.cache",
                  "layerfs.codec",
                  "layerfs.index",
                  "layerfs.objects",
                  "layerfs.metrics",
                  "layerfs.pool",
                  "layerfs.view")),
          Map.entry(
              "layerfs.tree", Set.of("oci", "layerfs.format", "layerfs.index", "layerfs.view")),
          Map.entry(
              "layerfs.check",
              Set.of(
                  "oci",
                  "oci.manifest",
                  "oci.store",
                  "layerfs.catalog",
                  "layerfs.files",
                  "layerfs.index",
                  "layerfs.objects",
                  "layerfs.profile",
                  "layerfs.toc",
                  "layerfs.tree")),
          Map.entry(
              "layerfs",
              Set.of(
                  "oci",
                  "oci.graph",
                  "oci.lazy",
                  "oci.source",
                  "oci.store",
                  "layerfs.cache",
                  "layerfs.catalog",
                  "layerfs.files",
                  "layerfs.index",
                  "layerfs.metrics",
                  "layerfs.objects",
                  "layerfs.pool",
                  "layerfs.profile",
                  "layerfs.read",
                  "layerfs.toc",
                  "layerfs.tree",
                  "layerfs.view")),
          Map.entry("mount.internal.ffm", Set.of()),
          Map.entry("mount", Set.of("oci", "layerfs.view", "mount.internal.ffm")),
          Map.entry("mount.server", Set.of("oci")),
          Map.entry("mount.kernel", Set.of("oci", "layerfs.view", "mount", "mount.internal.ffm")),
          Map.entry(
              "mount.erofs",
              Set.of(
                  "oci",
                  "oci.store",
                  "layerfs.check",
                  "layerfs.view",
                  "mount",
                  "mount.internal.ffm")),
          Map.entry("mount.jnr", Set.of("oci", "layerfs.view", "mount", "mount.internal.ffm")),
          Map.entry(
              "cli",
              Set.of(
                  "oci",
                  "oci.copy",
                  "oci.lazy",
                  "oci.manifest",
                  "oci.registry",
                  "oci.registry.config",
                  "oci.remote",
                  "oci.source",
                  "oci.store",
                  "oci.stored",
                  "layerfs",
                  "layerfs.cache",
                  "layerfs.check",
                  "layerfs.files",
                  "layerfs.index",
                  "layerfs.metrics",
                  "layerfs.objects",
                  "layerfs.pool",
                  "layerfs.view",
                  "mount",
                  "mount.erofs",
                  "mount.internal.ffm",
                  "mount.server")));

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.ocifs");

  @Test
  void packagesUseWhatTheTableAllows() {
    Map<String, Set<String>> found = new TreeMap<>();
    for (JavaClass from : classes) {
      Set<String> edges = found.computeIfAbsent(room(from), room -> new TreeSet<>());
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        JavaClass to = dependency.getTargetClass().getBaseComponentType();
        if (to.getPackageName().startsWith("dev.ocifs") && !room(to).equals(room(from))) {
          edges.add(room(to));
        }
      }
    }
    Map<String, Set<String>> allowed = new TreeMap<>();
    ALLOWED.forEach((room, edges) -> allowed.put(room, new TreeSet<>(edges)));
    assertThat(found).isEqualTo(allowed);
  }

  @Test
  void packagesDoNotGoRoundInCycles() {
    SlicesRuleDefinition.slices()
        .matching("dev.ocifs.(**)")
        .should()
        .beFreeOfCycles()
        .check(classes);
  }

  @Test
  void publicSignaturesCarryOwnTypesAndTheJdksOnly() {
    List<String> foreign =
        classes.stream()
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> !room(type).startsWith("cli") && !room(type).equals("mount.jnr"))
            .flatMap(type -> type.getMethods().stream())
            .filter(
                method ->
                    method.getModifiers().contains(JavaModifier.PUBLIC)
                        || method.getModifiers().contains(JavaModifier.PROTECTED))
            .filter(ArchitectureTest::carriesForeignTypes)
            .map(JavaMethod::getFullName)
            .toList();
    assertThat(foreign).isEmpty();
  }

  private static boolean carriesForeignTypes(JavaMethod method) {
    return method.getAllInvolvedRawTypes().stream()
        .map(type -> type.getBaseComponentType())
        .anyMatch(
            type ->
                !type.isPrimitive()
                    && !type.getPackageName().startsWith("java.")
                    && !type.getPackageName().startsWith("javax.net.")
                    && !type.getPackageName().startsWith("dev.ocifs"));
  }

  private static String room(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(BASE) ? name.substring(BASE.length()) : name;
  }
}
