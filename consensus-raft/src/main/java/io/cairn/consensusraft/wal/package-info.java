// SPDX-License-Identifier: Apache-2.0
/**
 * The write-ahead log: what a member has promised to other members and to clients, on disk.
 *
 * <p>Nothing else in Cairn is synced before an answer. The package knows entries and hard state as
 * the core defines them, and files through {@code io.cairn.spi.environment.Disk}; it must never
 * learn what a command means, who leads, or what time it is.
 *
 * <h2>Files</h2>
 *
 * <p>The log is a sequence of segments of one size, {@code <sequence in 16 hex digits>.wal}. They
 * are written in full (with zeros), synced, renamed to their place and their directory synced long
 * before they are needed, and recycled when cut off, so that taking one into use touches no
 * metadata.
 *
 * <pre>
 * segment  = header, the same header again, batch...
 * header   = crc, magic, version, key id, cluster, member, incarnation, sequence, salt,
 *            previous sequence, previous end, chain                     512 bytes in all
 * batch    = crc, magic, body length, frame count, durable sequence, durable offset, commit,
 *            chain, key id                                              48 bytes, then its frames
 * frame    = crc, length, term, index, kind, format, flags, 0, key id   32 bytes, then the payload,
 *                                                                       zeros up to 8 bytes
 * </pre>
 *
 * <p>Numbers are little endian. A checksum is CRC-32C over the salt, the batch's offset and all
 * bytes of the batch up to the end of its frame: a frame is valid only where it stands and behind
 * what stands before it. The chain of a batch is the last checksum of the batch before it. The salt
 * follows from identity and sequence, so what a recycled file held earlier never passes for valid.
 *
 * <h2>What a bad record means</h2>
 *
 * <p>A batch says which position of the log was durable when it was written; a <em>seal</em>, a
 * batch written when the log has been idle for a moment and at shutdown, says so for everything.
 * When opening finds a bad record, then either something valid shows that it had been durable: that
 * is damage, and the log refuses to open, naming file and offset. Or nothing does: it is the torn
 * end of the last write, which nobody was told of, and is cut off.
 *
 * <p>Start reading at {@link io.cairn.consensusraft.wal.Wal}, then {@code WalRecovery}.
 */
@NullMarked
package io.cairn.consensusraft.wal;

import org.jspecify.annotations.NullMarked;
