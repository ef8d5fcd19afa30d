/** The image tree: the layers of an image merged into one, rule by rule, and kept on disk. */
@NullMarked
package dev.ocifs.layerfs.tree;

import org.jspecify.annotations.NullMarked;
