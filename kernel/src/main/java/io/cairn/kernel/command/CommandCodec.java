// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

import static io.cairn.kernel.command.MessageWriter.messageSize;
import static io.cairn.kernel.command.MessageWriter.numberSize;
import static io.cairn.kernel.command.MessageWriter.textSize;

import io.cairn.spi.auth.Identity;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of commands in the log: etcd's envelope message, so that "request is too large"
 * means the same number of bytes.
 *
 * <p>It is canonical: fields ascend, zeros are left out, what is not understood is not there. An
 * envelope holds the command under its own field number and, as field 100, a header with request id
 * (1), user (2) and revision of access control (3). {@link CommandBodies} says what stands for each
 * command.
 *
 * <p>Decoding shares the array of what is decoded, and refuses what encoding would not have
 * written, apart from the order of fields: an entry that is only half understood must not be
 * applied.
 */
public final class CommandCodec {
  private static final int HEADER = 100;

  private CommandCodec() {}

  /** The size of what {@link #encode} would make. */
  public static int size(long requestId, Identity identity, Command<?> command) {
    return messageSize(HEADER, headerSize(requestId, identity))
        + messageSize(CommandBodies.field(command), CommandBodies.size(command));
  }

  /**
   * Encodes an envelope into an array of its own.
   *
   * @throws ArithmeticException if it would be larger than an array can be
   */
  public static Bytes encode(long requestId, Identity identity, Command<?> command) {
    return Objects.requireNonNull(encode(requestId, identity, command, Integer.MAX_VALUE));
  }

  /** Does the same, but answers null if the envelope would have more than {@code bytesMax}. */
  public static @Nullable Bytes encode(
      long requestId, Identity identity, Command<?> command, int bytesMax) {
    int header = headerSize(requestId, identity);
    int body = CommandBodies.size(command);
    int field = CommandBodies.field(command);
    int size = Math.addExact(messageSize(HEADER, header), messageSize(field, body));
    if (size > bytesMax) {
      return null;
    }
    MessageWriter out = new MessageWriter(size);
    if (field < HEADER) {
      out.open(field, body);
      CommandBodies.write(out, command);
    }
    out.open(HEADER, header);
    out.number(1, requestId);
    if (!identity.user().isEmpty()) {
      out.text(2, identity.user());
      out.number(3, identity.revision());
    }
    if (field > HEADER) {
      out.open(field, body);
      CommandBodies.write(out, command);
    }
    return out.finish();
  }

  /**
   * Decodes an envelope.
   *
   * @throws IllegalArgumentException if it is not one, or holds a command that this member does not
   *     know
   */
  public static Envelope decode(Bytes encoded) {
    WireCursor in = new WireCursor(encoded);
    @Nullable Command<?> command = null;
    long requestId = 0;
    Identity identity = Identity.ANONYMOUS;
    while (in.hasMore()) {
      int field = delimitedField(in);
      WireCursor body = new WireCursor(in.bytes());
      if (field == HEADER) {
        requestId = 0;
        String user = "";
        long revision = 0;
        while (body.hasMore()) {
          int tag = body.tag();
          switch (tag) {
            case 0x08 -> requestId = body.varint();
            case 0x12 -> user = body.bytes().toUtf8();
            case 0x18 -> revision = body.varint();
            default -> throw unexpected(body, tag);
          }
        }
        identity = user.isEmpty() ? Identity.ANONYMOUS : new Identity(user, revision);
      } else if (command != null) {
        throw in.malformed("an envelope holds two commands");
      } else {
        command = CommandBodies.read(field, body);
      }
    }
    if (command == null) {
      throw in.malformed("an envelope holds no command");
    }
    return new Envelope(requestId, identity, command);
  }

  static int delimitedField(WireCursor in) {
    int tag = in.tag();
    if ((tag & 7) != 2) {
      throw unexpected(in, tag);
    }
    return tag >>> 3;
  }

  static IllegalArgumentException unexpected(WireCursor in, int tag) {
    return in.malformed("unexpected tag " + tag + " in a command");
  }

  private static int headerSize(long requestId, Identity identity) {
    return numberSize(1, requestId)
        + (identity.user().isEmpty()
            ? 0
            : textSize(2, identity.user()) + numberSize(3, identity.revision()));
  }
}
