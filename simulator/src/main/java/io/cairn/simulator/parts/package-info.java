// SPDX-License-Identifier: Apache-2.0
/**
 * What a simulated cluster is made of: whose consensus, whose storage.
 *
 * <p>{@link io.cairn.simulator.parts.Parts} is the place to start reading. A consensus engine comes
 * in as a {@link io.cairn.conformancetests.consensus.ConsensusFixture}, the very class that the
 * conformance kit takes, and may offer more than its contract asks for ({@link
 * io.cairn.simulator.parts.KnownLog}, {@link io.cairn.simulator.parts.CoreInside}); a storage
 * backend comes in as it is. Cairn's own parts have no other way in. Nothing here knows how a
 * cluster is put together or what befalls it.
 */
@NullMarked
package io.cairn.simulator.parts;

import org.jspecify.annotations.NullMarked;
