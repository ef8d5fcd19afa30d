package dev.ocifs.mount;

import dev.ocifs.layerfs.view.ImageView;
import java.nio.file.Path;

/**
 * What to mount where.
 *
 * @param view the tree; stays open as long as the mount lives and stays the caller's to close
 * @param dir an empty directory
 * @param image the image as the user named it, for the mount table and messages
 * @param options how
 */
public record MountRequest(ImageView view, Path dir, String image, MountOptions options) {}
