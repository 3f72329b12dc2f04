// SPDX-License-Identifier: Apache-2.0
/**
 * What backends that keep files need and would each have to write again: a directory to themselves
 * (S9), and their native library on the disk.
 *
 * <p>Nothing here is part of the contract of a backend: it is help that may be used or left. It is
 * part of the SPI because that is all that backends share, and because a lock within the process
 * must be one for all of them, however many class loaders they come from. It is the only package of
 * the SPI that touches files, and it must never know what an engine keeps in them.
 *
 * <p>Start reading at {@link io.cairn.spi.storage.files.DirectoryLock}.
 */
package io.cairn.spi.storage.files;
