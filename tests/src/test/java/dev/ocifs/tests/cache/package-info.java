/** Checks of the caches under schedules that chance would rarely find. */
@NullMarked
package dev.ocifs.tests.cache;

import org.jspecify.annotations.NullMarked;
