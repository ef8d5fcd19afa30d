/**
 * What the rules of docs/semantics.md say, on plain objects: the oracle of the conformance tests.
 */
@NullMarked
package dev.ocifs.tests.model;

import org.jspecify.annotations.NullMarked;
