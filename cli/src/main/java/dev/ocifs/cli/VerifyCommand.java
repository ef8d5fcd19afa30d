package dev.ocifs.cli;

import dev.ocifs.layerfs.Review;
import dev.ocifs.layerfs.view.Finding;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.Printable;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.store.Store;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Reads all of an image again and lists what is wrong or odd about it. What makes the image
 * unusable ends the command with the code for errors found; findings alone do not.
 */
@Command(
    name = "verify",
    description = "Check every digest, size and diffID of an image, and list its odd entries.",
    footer = {
      "",
      "Listed are entries that bend a rule, and those that docker, podman or containerd show",
      "otherwise. The rules are in docs/semantics.md. Documents that the image's name leads to,",
      "its subject, and what refers to it (signatures, SBOMs) are checked, too; their blobs are not."
    })
final class VerifyCommand implements Callable<Integer> {
  private final Ocifs ocifs;

  @Mixin ImageOptions imageOptions;

  @Parameters(paramLabel = "IMAGE", description = "The image.")
  String name = "";

  VerifyCommand(Ocifs ocifs) {
    this.ocifs = ocifs;
    imageOptions = new ImageOptions(ocifs);
  }

  @Override
  public Integer call() throws IOException {
    Store store = ocifs.store();
    Report report = new Report(ocifs.console());
    try (Image image = imageOptions.open(name, store)) {
      imageOptions.layerFs(store).verify(image, IndexProgress.create(ocifs), report);
    } catch (OcifsException e) {
      if (!e.kind().blamesImage()) {
        throw e;
      }
      report.failed(e);
    }
    if (!ocifs.quiet()) {
      ocifs.console().println(Printable.escape(name) + ": " + report.summary());
    }
    return report.errors > 0 ? ExitCode.FINDINGS : ExitCode.OK;
  }

  /** Prints each finding and counts them. */
  private static final class Report implements Review {
    private final Console console;
    private final Map<Finding.Severity, Long> counts = new EnumMap<>(Finding.Severity.class);
    private long errors;

    Report(Console console) {
      this.console = console;
    }

    @Override
    public void found(Finding finding) {
      counts.merge(finding.severity(), 1L, Long::sum);
      console.println(finding.toString());
    }

    @Override
    public void failed(OcifsException fault) {
      errors++;
      console.message(fault.getMessage());
    }

    String summary() {
      return (errors == 0 ? "digests, sizes and diffIDs are right; " : errors + " errors, ")
          + counts.getOrDefault(Finding.Severity.WARNING, 0L)
          + " warnings, "
          + counts.getOrDefault(Finding.Severity.DIFFERENCE, 0L)
          + " differences to other engines"
          + notes(counts.getOrDefault(Finding.Severity.NOTE, 0L));
    }

    private static String notes(long count) {
      return count == 0 ? "" : ", " + count + " notes";
    }
  }
}
