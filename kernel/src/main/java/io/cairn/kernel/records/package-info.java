// SPDX-License-Identifier: Apache-2.0
/**
 * Encoded records by revision: the recent log, the value cache, and how records lie in the engine.
 *
 * <pre>{@code
 * // apply lane                                       // any thread
 * log.appendPut(key, create, main, sub, ...);         Bytes kv = log.published().find(main, sub);
 * log.appendTombstone(key, main, sub + 1);            if (kv == null) kv = cache.find(main, sub);
 * RecentView view = log.publish();                    if (kv == null) ... engine, cache.insert(...)
 *
 * // flush lane, with the position of a whole entry   // watchers
 * RecentCursor c = view.fromPosition(flushed);        RecentCursor c = view.from(revision);
 * while (c.next() && c.end() <= upTo) {               if (c == null) ... read the engine
 *   key = RevisionKey.encode(c.main(), c.sub(),       while (c.next()) {
 *       c.isTombstone());                               if (range.contains(c.key())) {
 *   value = format.seal(key, c.stored());                 runs.add(c.event());
 * }                                                     }
 * log.flushed(upTo);                                  }
 * }</pre>
 *
 * <p>What it must never know: the index, watchers, which engine there is.
 *
 * <p>Locks: {@link io.cairn.kernel.records.ValueCache} takes one to insert, held while one record
 * is copied or the records of one array are visited; nothing else is locked meanwhile.
 *
 * <p>Start reading at {@link io.cairn.kernel.records.RecentLog}.
 */
@NullMarked
package io.cairn.kernel.records;

import org.jspecify.annotations.NullMarked;
