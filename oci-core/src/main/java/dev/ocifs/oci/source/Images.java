package dev.ocifs.oci.source;

import dev.ocifs.oci.ImageReference;
import dev.ocifs.oci.OcifsException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The door to images, wherever they lie. */
public final class Images {
  private Images() {}

  /**
   * Opens one image: resolves the reference, chooses the platform, and reads and verifies the
   * documents; of the layers only sizes are looked at.
   *
   * @param reference as {@link ImageReference#parse} takes it, or the name of an image in a
   *     registry where the options know of any
   * @return to be closed by the caller
   * @throws OcifsException naming the image
   */
  public static Image open(String reference, OpenOptions options) throws IOException {
    if (!isRemote(reference, options)) {
      return open(ImageReference.parse(reference, options.directory()), options);
    }
    Source source = null;
    Image image = null;
    try {
      source = remote(reference, options);
      image = source.open(options.platform());
      return image;
    } catch (OcifsException e) {
      throw e.image(reference);
    } finally {
      if (image == null && source != null) {
        source.close();
      }
    }
  }

  /** The same for a reference to local files. */
  public static Image open(ImageReference reference, OpenOptions options) throws IOException {
    Source source = null;
    Image image = null;
    try {
      source = Sources.of(reference, options);
      image = source.open(options.platform());
      return image;
    } catch (IOException e) {
      throw HostFiles.explain(reference.path(), e).image(reference.toString());
    } finally {
      if (image == null && source != null) {
        source.close();
      }
    }
  }

  /**
   * Opens all that a reference leads to, whatever the platforms: the index, and every image and
   * statement below it. Only the documents that choose it are read.
   *
   * @param reference as for {@link #open(String, OpenOptions)}; platforms are not asked for
   * @return to be closed by the caller; empty for docker archives, which have one image of a name
   *     and no manifest
   * @throws OcifsException naming the image
   */
  public static Optional<ImageBundle> openAll(String reference, OpenOptions options)
      throws IOException {
    if (!isRemote(reference, options)) {
      ImageReference parsed = ImageReference.parse(reference, options.directory());
      try {
        return bundle(Sources.of(parsed, options));
      } catch (IOException e) {
        throw HostFiles.explain(parsed.path(), e).image(parsed.toString());
      }
    }
    try {
      return bundle(remote(reference, options));
    } catch (OcifsException e) {
      throw e.image(reference);
    }
  }

  private static Optional<ImageBundle> bundle(Source source) throws IOException {
    Optional<ImageBundle> bundle = Optional.empty();
    try {
      bundle = source.openAll();
      return bundle;
    } finally {
      if (bundle.isEmpty()) {
        source.close();
      }
    }
  }

  /**
   * What the layout or archive of a reference holds, in its order; a REF is ignored. What the name
   * of a registry leads to.
   *
   * @throws OcifsException naming the image
   */
  public static List<ImageName> list(String reference, OpenOptions options) throws IOException {
    if (isRemote(reference, options)) {
      try (Source source = remote(reference, options)) {
        return source.list();
      } catch (OcifsException e) {
        throw e.image(reference);
      }
    }
    ImageReference parsed = ImageReference.parse(reference, options.directory());
    try (Source source = Sources.of(parsed, options)) {
      return source.list();
    } catch (IOException e) {
      throw HostFiles.explain(parsed.path(), e).image(parsed.toString());
    }
  }

  private static boolean isRemote(String reference, OpenOptions options) throws OcifsException {
    return options.remotes().isPresent()
        && ImageReference.namesRegistry(reference, options.directory());
  }

  private static Source remote(String reference, OpenOptions options) throws IOException {
    Remotes remotes = options.remotes().orElseThrow().open();
    return new RemoteSource(remotes.find(reference, options.limits()), options);
  }
}
