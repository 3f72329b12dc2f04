// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

/** Where the bytes of the file go, from its first to its last. */
interface PageOutput {
  /** Takes nothing: for finding out how large the file will be. */
  PageOutput NONE =
      new PageOutput() {
        @Override
        public void write(byte[] bytes, int offset, int length) {
          // Only the page numbers that the caller counts are wanted.
        }

        @Override
        public void zeros(long count) {
          // As above.
        }
      };

  /** Takes the next bytes; the array is the caller's again at return. */
  void write(byte[] bytes, int offset, int length);

  /** Takes as many zero bytes. */
  void zeros(long count);
}
