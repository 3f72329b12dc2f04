// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.consensusraft.wire.FrameCodec.Sender;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PeerRecordsTest {
  private static final long MANY = 30_000;

  private final FakeDisk disk = new FakeDisk();

  private PeerRecords open() throws IOException {
    PeerRecords records = PeerRecords.open(new PeerRecordFile(disk, "wal"), new SilentLog(), null);
    records.know(Configuration.ofVoters(1, 2, 3));
    return records;
  }

  /** Anybody may come and call itself a member, again and again. */
  @Test
  void strangersLeaveNoMoreThanAFewTraces() throws IOException {
    PeerRecords records = open();
    for (long id = 100; id < 100 + MANY; id++) {
      records.met(id, id, 1);
      assertThat(records.admits(new Sender(id, id, 1, 0))).isTrue();
    }
    records.met(2, 22, 5);
    records.save();

    PeerRecords again = open();

    assertThat(disk.content("wal/PEERS").length).isLessThan(8192);
    assertThat(again.find(2)).map(PeerRecords.Seen::boot).isEqualTo(Optional.of(5L));
    assertThat(again.refuses(2, 22, 4)).isNotNull();
  }

  @Test
  void theLatestStrangerIsRememberedWhateverItsNumber() throws IOException {
    PeerRecords records = open();
    for (long id = 1_000; id > 100; id--) {
      records.met(id, 7, 1);

      assertThat(records.find(id)).map(PeerRecords.Seen::incarnation).isEqualTo(Optional.of(7L));
    }
  }

  @Test
  void aDirectoryIsDisownedThoughItsMemberIsUnknown() throws IOException {
    PeerRecords records = open();
    for (long id = 100; id < 100 + MANY; id++) {
      records.met(id, id, 1);
    }

    records.disown(9, 99);
    for (long id = 100; id < 100 + MANY; id++) {
      records.met(id, id, 2);
    }
    records.save();

    assertThat(open().refuses(9, 99, 1_000)).isNotNull();
  }
}
