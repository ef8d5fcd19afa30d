package dev.ocifs.oci.copy;

import dev.ocifs.oci.Descriptor;
import dev.ocifs.oci.Limits;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.source.Image;
import dev.ocifs.oci.source.ImageBundle;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Copies images. Documents and layers stay as they are to the last byte, so that their digests do;
 * an image that has no manifest gets one. Every blob is compared with its digest while it is read,
 * and the image has its name at the destination when all of it is there. Thread-safe.
 */
public final class ImageCopier {
  private final Limits limits;
  private final CopyProgress progress;

  /**
   * @param limits for layers that must be uncompressed to be verified
   */
  public ImageCopier(Limits limits, CopyProgress progress) {
    this.limits = limits;
    this.progress = progress;
  }

  /**
   * Copies one image of one platform.
   *
   * @param image stays the caller's
   * @return what it is known by at the destination
   * @throws OcifsException naming the image; {@code MISMATCH} when a blob is damaged
   */
  public Descriptor copy(Image image, Destination destination) throws IOException {
    return named(image.name(), () -> copy(CopyPlan.of(image, limits, progress), destination));
  }

  /** The same for all platforms of a name, and the statements about them. */
  public Descriptor copy(ImageBundle bundle, Destination destination) throws IOException {
    return named(bundle.name(), () -> copy(CopyPlan.of(bundle), destination));
  }

  private Descriptor copy(CopyPlan plan, Destination destination) throws IOException {
    try (Destination.Output output = destination.open(plan)) {
      Crew.run(plan.blobs(), output.concurrency(), (blob, stopped) -> put(blob, output, stopped));
      output.commit();
    }
    return plan.top();
  }

  private void put(PlannedBlob blob, Destination.Output output, BooleanSupplier stopped)
      throws IOException {
    try (VerifiedBlob content = new VerifiedBlob(blob, progress, stopped)) {
      content.checkEmpty();
      try {
        output.put(blob, content);
      } catch (IOException e) {
        content.rethrow(); // the cause, where it is the source's
        throw e instanceof OcifsException known ? known.layer(blob.digest()) : e;
      }
      content.rethrow();
      progress.finished(blob.digest(), content.wasRead());
    }
  }

  @FunctionalInterface
  private interface Copying {
    Descriptor run() throws IOException;
  }

  private static Descriptor named(String image, Copying copying) throws IOException {
    try {
      return copying.run();
    } catch (OcifsException e) {
      throw e.image(image);
    }
  }
}
