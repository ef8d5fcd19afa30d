/** Generators of layers and images, right and wrong ones, to the byte. */
@NullMarked
package dev.ocifs.tests.image;

import org.jspecify.annotations.NullMarked;
