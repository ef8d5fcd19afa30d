package dev.ocifs.layerfs.check;

import dev.ocifs.layerfs.files.FileCheck;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Checks the whole files that the kernel reads by itself: each content against its digest, each
 * place against its size and the contents. That a place has the content of its layer is not
 * checked: that would take decoding the layer.
 */
final class WholeFileChecks {
  private final Problems problems;
  private final FileCheck files;

  WholeFileChecks(Store store, Problems problems) {
    this.problems = problems;
    this.files = new FileCheck(store);
  }

  void check() throws IOException {
    files.forEach(file -> look(file, files::contentFault), file -> look(file, files::placeFault));
  }

  /** Finds what is wrong with a file. */
  private interface Test {
    Optional<String> fault(Path file) throws IOException;
  }

  private void look(Path file, Test test) {
    problems.lookAt(
        file,
        () -> {
          Optional<Object> identity = Problems.identity(file);
          Optional<String> fault = test.fault(file);
          if (fault.isPresent()) {
            problems.damaged(file, identity, fault.get());
          }
        });
  }
}
