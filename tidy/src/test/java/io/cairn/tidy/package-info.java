// SPDX-License-Identifier: Apache-2.0
/**
 * What holds for the whole source tree: the boundaries between the parts and the form of the text.
 *
 * <p>Each rule is shown to bite: the packages below {@code planted} break the rules of
 * architecture, one class for each way, and say so with {@link io.cairn.tidy.Breaks}; the rules of
 * form are run on small trees that the tests write. Nothing here knows what the product does, only
 * how its parts may see each other.
 *
 * <p>Start reading at {@link io.cairn.tidy.ArchitectureTest}, which lists the rules.
 */
@NullMarked
package io.cairn.tidy;

import org.jspecify.annotations.NullMarked;
