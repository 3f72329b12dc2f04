// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;

/** The sessions that views read through: a few are kept, and there are never very many. */
final class Readers implements AutoCloseable {
  /** Each has file handles and a cache of its own. */
  static final int SESSIONS_MAX = 256;

  private static final int KEPT_MAX = 4;

  private final SqliteFile file;

  /** Guarded by this, as is the count. */
  private final Deque<Session> idle = new ArrayDeque<>();

  private int lent;

  Readers(SqliteFile file) {
    this.file = file;
  }

  /** A session at the state of the last commit that has returned. */
  Session begin() throws SQLException {
    Session session = borrow();
    boolean begun = false;
    try {
      session.run("BEGIN");
      // A transaction has its state from its first look at the file.
      session.run("SELECT 1 FROM sqlite_schema LIMIT 1");
      begun = true;
      return session;
    } finally {
      if (!begun) {
        returned();
        session.close();
      }
    }
  }

  private Session borrow() throws SQLException {
    synchronized (idle) {
      if (lent == SESSIONS_MAX) {
        throw new SQLException("there are " + SESSIONS_MAX + " views already");
      }
      lent++;
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    boolean opened = false;
    try {
      Session session = file.openReader();
      opened = true;
      return session;
    } finally {
      if (!opened) {
        returned();
      }
    }
  }

  /** Ends the transaction of a session. */
  void end(Session session) throws SQLException {
    boolean keep = false;
    try {
      session.run("COMMIT");
      synchronized (idle) {
        keep = idle.size() < KEPT_MAX;
        if (keep) {
          idle.push(session);
        }
      }
    } finally {
      returned();
      if (!keep) {
        session.close();
      }
    }
  }

  private void returned() {
    synchronized (idle) {
      lent--;
    }
  }

  /** Closes what is idle; nothing may be lent any more. */
  @Override
  public void close() throws SQLException {
    synchronized (idle) {
      while (!idle.isEmpty()) {
        idle.pop().close();
      }
    }
  }
}
