/**
 * What an opened image is to its users: a view, the attributes of its files, and findings about its
 * layers.
 */
@NullMarked
package dev.ocifs.layerfs.view;

import org.jspecify.annotations.NullMarked;
