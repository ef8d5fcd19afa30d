/** Which spans mounts read, in what order, kept for the mounts that come after. */
@NullMarked
package dev.ocifs.layerfs.profile;

import org.jspecify.annotations.NullMarked;
