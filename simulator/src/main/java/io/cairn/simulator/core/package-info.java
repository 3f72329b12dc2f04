// SPDX-License-Identifier: Apache-2.0
/**
 * Small worlds of bare Raft cores: no shell, no clock, no files, only inputs and effects.
 *
 * <p>A {@link io.cairn.simulator.core.ScenarioRunner} plays text files, one command at a time;
 * start reading there. {@code CoreMember} carries out effects on a disk and a state machine as
 * simple as can be, and {@code CoreInvariants} judges every step as an observer who sees all
 * members and their disks. Nothing here may know the shell, the write-ahead log or the kernel.
 */
@NullMarked
package io.cairn.simulator.core;

import org.jspecify.annotations.NullMarked;
