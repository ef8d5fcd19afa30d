package dev.ocifs.mount;

import dev.ocifs.layerfs.ImageView;
import java.nio.file.Path;

/**
 * What is to be shown where.
 *
 * @param view stays the caller's, who closes it when the mount has ended
 * @param dir an empty directory
 * @param image the image's name, as it is shown by mount(8)
 */
public record MountRequest(ImageView view, Path dir, String image, MountOptions options) {}
