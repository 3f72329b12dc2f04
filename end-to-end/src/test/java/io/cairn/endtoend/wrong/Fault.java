// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.wrong;

import com.google.protobuf.Message;
import java.util.List;

/** What a server does wrong; unless said otherwise, it does right. Calls come from any thread. */
interface Fault {
  /** A right server does nothing wrong. */
  Fault NONE = new Fault() {};

  /** Answers a request of a call with one answer. */
  default Message answer(Message request, Right right) {
    return right.ask(request);
  }

  /** What is asked instead on a stream. */
  default Message asked(Message request) {
    return request;
  }

  /** What is told instead on a stream, message by message. */
  default List<Message> told(Message response) {
    return List.of(response);
  }

  /** The right server. */
  interface Right {
    /** Sends a request by the method that was called. */
    Message ask(Message request);

    /** To send requests by other methods. */
    Others others();
  }
}
