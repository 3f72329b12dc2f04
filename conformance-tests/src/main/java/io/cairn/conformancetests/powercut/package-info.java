// SPDX-License-Identifier: Apache-2.0
/**
 * Power cuts for storage engines of any kind, native ones too.
 *
 * <p>A process opens an engine, commits and makes barriers while {@code strace} records what it
 * asks the kernel for. From the record, images are rebuilt of what a disk may hold when the power
 * fails at some moment; each is opened, and must hold the content after some prefix of the commits
 * that includes everything before the last barrier (S4).
 *
 * <p>What an image may have lost:
 *
 * <ul>
 *   <li>a write that no later sync of its file has covered: it may be there, be missing, or be
 *       there in part, by sectors of 512 bytes; of each file independently, in any order;
 *   <li>a change of a file's size, likewise;
 *   <li>the last changes of names in a directory since it was last synced. Not any of them, only
 *       the last: file systems with a journal keep their order.
 * </ul>
 *
 * <p>Files that are mapped for writing are shared memory between processes, and are missing in
 * images or full of garbage. Linux only. It knows no plugin, and not what engines do. Start reading
 * at {@link io.cairn.conformancetests.powercut.PowerCuts}.
 */
@NullMarked
package io.cairn.conformancetests.powercut;

import org.jspecify.annotations.NullMarked;
