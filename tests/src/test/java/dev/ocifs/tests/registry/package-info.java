/** Images of registries, from the library's and the command's doors. */
@NullMarked
package dev.ocifs.tests.registry;

import org.jspecify.annotations.NullMarked;
