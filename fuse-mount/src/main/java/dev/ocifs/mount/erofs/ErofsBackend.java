package dev.ocifs.mount.erofs;

import dev.ocifs.layerfs.view.ImageView;
import dev.ocifs.layerfs.view.LayerFiles;
import dev.ocifs.mount.MountRequest;
import dev.ocifs.mount.NativeBackend;
import dev.ocifs.mount.internal.ffm.KernelRelease;
import dev.ocifs.mount.internal.ffm.Libc;
import dev.ocifs.oci.OcifsException;
import dev.ocifs.oci.OcifsException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The backend "erofs": the kernel reads the uncompressed layers by itself, as an EROFS image of
 * metadata tells it. Thread-safe.
 */
public final class ErofsBackend implements NativeBackend {
  /** The first that mounts EROFS from plain files. */
  private static final KernelRelease OLDEST = new KernelRelease(6, 12);

  private static final Path FILE_SYSTEMS = Path.of("/proc/filesystems");
  private static final Path MODULES = Path.of("/lib/modules");

  /** Found by {@link java.util.ServiceLoader}. */
  public ErofsBackend() {}

  @Override
  public String name() {
    return "erofs";
  }

  @Override
  public void check() throws OcifsException {
    String system = System.getProperty("os.name", "");
    String release = System.getProperty("os.version", "");
    if (!system.equals("Linux") || !KernelRelease.parse(release).isAtLeast(OLDEST)) {
      throw refused(
          "the erofs backend needs Linux " + OLDEST + ", this is " + system + " " + release);
    }
    if (!Libc.isRoot()) {
      throw refused("only root may mount EROFS");
    }
    if (!knowsErofs(release)) {
      throw refused("this kernel was built without EROFS");
    }
  }

  /** Built in or loaded, or a module that mount(2) will load. */
  private static boolean knowsErofs(String release) {
    try {
      return Files.readString(FILE_SYSTEMS, StandardCharsets.US_ASCII).contains("\terofs\n")
          || Files.isDirectory(MODULES.resolve(release).resolve("kernel/fs/erofs"));
    } catch (IOException e) {
      return true; // /proc is not for us: mounting will tell
    }
  }

  @Override
  public void check(ImageView view) throws IOException {
    layers(view);
  }

  private static LayerFiles layers(ImageView view) throws IOException {
    return view.layerFiles()
        .orElseThrow(
            () ->
                new OcifsException(Kind.MOUNT, "not all layers of the image are kept uncompressed")
                    .hint("keep them with: ocifs index --keep-layers IMAGE"));
  }

  @Override
  public void mount(MountRequest request) throws IOException {
    try {
      ErofsMount.mount(request, MetadataImage.of(request.view(), layers(request.view())));
    } catch (OcifsException e) {
      throw e.image(request.image());
    }
  }

  private static OcifsException refused(String why) {
    return new OcifsException(Kind.MOUNT, why).hint("use --backend auto");
  }
}
