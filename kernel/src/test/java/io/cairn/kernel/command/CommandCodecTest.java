// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.command.Command.Compaction;
import io.cairn.kernel.command.Command.Put;
import io.cairn.kernel.command.Command.Txn;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CommandCodecTest {
  private static final long SEED = Long.getLong("cairn.seed", 1);

  /** The worked example: 17 or 18 bytes over the encoded put for a put of maximal size. */
  @Test
  void sizeOfLargestPutIsThatOfThePutAndAFixedOverhead() {
    Put put = new Put(PutRequest.of(Bytes.utf8("k"), Bytes.of(new byte[1_500_000])));
    int encodedPut = 1 + 1 + 1 + 1 + 3 + 1_500_000;

    int nine = CommandCodec.size(1L << 56, Identity.ANONYMOUS, put);
    int ten = CommandCodec.size(1L << 63, Identity.ANONYMOUS, put);

    assertThat(nine).isEqualTo(encodedPut + 17);
    assertThat(ten).isEqualTo(encodedPut + 18);
  }

  @Test
  void identityAddsUserAndRevisionToTheHeader() {
    Put put = new Put(PutRequest.of(Bytes.utf8("k"), Bytes.utf8("v")));

    int anonymous = CommandCodec.size(7, Identity.ANONYMOUS, put);
    int known = CommandCodec.size(7, new Identity("alice", 300), put);

    assertThat(known - anonymous).isEqualTo(2 + 5 + 1 + 2);
  }

  @Test
  void putIsEncodedByteForByteAsEtcdDoes() {
    Put put = new Put(new PutRequest(Bytes.utf8("k"), Bytes.utf8("v"), 5, true, false, false));

    Bytes encoded = CommandCodec.encode(3, Identity.ANONYMOUS, put);

    assertThat(HexFormat.of().formatHex(encoded.toByteArray()))
        .isEqualTo("220a" + "0a016b" + "120176" + "1805" + "2001" + "a20602" + "0803");
  }

  @Test
  void emptyRequestIsStillPresent() {
    Bytes encoded =
        CommandCodec.encode(3, Identity.ANONYMOUS, new Compaction(new CompactRequest(0, false)));

    assertThat(HexFormat.of().formatHex(encoded.toByteArray()))
        .isEqualTo("3a00" + "a20602" + "0803");
  }

  @Test
  void zeroOperandOfACompareIsKept() {
    Txn txn =
        new Txn(
            new TxnRequest(
                List.of(
                    new Compare(
                        Compare.Result.EQUAL,
                        Compare.Target.MOD,
                        KeyRange.single(Bytes.utf8("k")),
                        new Compare.Operand.Numeric(Compare.Target.MOD, 0))),
                List.of(),
                List.of()));

    Bytes encoded = CommandCodec.encode(0, Identity.ANONYMOUS, txn);

    assertThat(HexFormat.of().formatHex(encoded.toByteArray()))
        .isEqualTo("3209" + "0a07" + "1002" + "1a016b" + "3000" + "a20600");
    assertThat(CommandCodec.decode(encoded).command()).isEqualTo(txn);
  }

  @Test
  void everyCommandComesBackAsItWasAndEncodesToTheSameBytes() {
    RandomCommands commands = new RandomCommands(SEED);
    for (int i = 0; i < 20_000; i++) {
      Command<?> command = commands.next();
      long id = commands.number();
      String user = commands.text();
      Identity identity =
          user.isEmpty() ? Identity.ANONYMOUS : new Identity(user, commands.number());

      Bytes encoded = CommandCodec.encode(id, identity, command);
      Envelope decoded = CommandCodec.decode(encoded);

      assertThat(encoded.length()).isEqualTo(CommandCodec.size(id, identity, command));
      assertThat(decoded)
          .as("-Dcairn.seed=%d", SEED)
          .isEqualTo(new Envelope(id, identity, command));
      assertThat(CommandCodec.encode(id, identity, decoded.command())).isEqualTo(encoded);
    }
  }

  @Test
  void damagedBytesAreRefusedOrMeanACommandAndNothingElse() {
    RandomCommands commands = new RandomCommands(SEED);
    Random random = new Random(SEED);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = CommandCodec.encode(i, Identity.ANONYMOUS, commands.next()).toByteArray();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Bytes damaged = Bytes.of(bytes, 0, bytes.length - random.nextInt(2));
      try {
        Envelope decoded = CommandCodec.decode(damaged);
        Bytes again =
            CommandCodec.encode(decoded.requestId(), decoded.identity(), decoded.command());
        assertThat(CommandCodec.decode(again)).as("-Dcairn.seed=%d", SEED).isEqualTo(decoded);
      } catch (IllegalArgumentException expected) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  @Test
  void unknownKindOfCommandIsNamed() {
    Bytes unknown = Bytes.of(HexFormat.of().parseHex("7a00a206020803"));

    assertThatThrownBy(() -> CommandCodec.decode(unknown))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("commands of the kind '15'");
  }
}
