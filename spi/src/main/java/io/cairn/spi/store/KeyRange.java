// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * The keys that a request names, in etcd's convention of a key and a range end.
 *
 * <table>
 *   <caption>What a range end means</caption>
 *   <tr><th>end</th><th>keys</th></tr>
 *   <tr><td>empty</td><td>the single {@code key}</td></tr>
 *   <tr><td>one zero byte</td><td>every key from {@code key} on</td></tr>
 *   <tr><td>anything else</td><td>{@code key} (inclusive) to {@code end} (exclusive); no key at all
 *       if {@code end} is not greater than {@code key}</td></tr>
 * </table>
 *
 * @param key the first key
 * @param end the range end as it came with the request
 */
public record KeyRange(Bytes key, Bytes end) {

  /** One zero byte: the range end that means "to the last key", and the smallest key. */
  public static final Bytes ZERO = Bytes.of(new byte[] {0});

  /** Every key there can be. */
  public static final KeyRange ALL = new KeyRange(ZERO, ZERO);

  /** Only {@code key}. */
  public static KeyRange single(Bytes key) {
    return new KeyRange(key, Bytes.EMPTY);
  }

  /** {@code key} and every key after it. */
  public static KeyRange from(Bytes key) {
    return new KeyRange(key, ZERO);
  }

  /** Every key that begins with {@code prefix}. */
  public static KeyRange prefix(Bytes prefix) {
    for (int last = prefix.length() - 1; last >= 0; last--) {
      if (prefix.byteAt(last) != (byte) 0xff) {
        byte[] end = prefix.slice(0, last + 1).toByteArray();
        end[last]++;
        return new KeyRange(prefix, Bytes.of(end));
      }
    }
    return new KeyRange(prefix.isEmpty() ? ZERO : prefix, ZERO);
  }

  /** Whether the range is one key, present or not. */
  public boolean isSingle() {
    return end.isEmpty();
  }

  /** Whether the range reaches to the last key. */
  public boolean isOpenEnded() {
    return end.length() == 1 && end.byteAt(0) == 0;
  }

  /** Whether no key can lie in the range, because it ends before it begins. */
  public boolean isVoid() {
    return !isSingle() && !isOpenEnded() && end.compareTo(key) <= 0;
  }

  /** Whether {@code candidate} lies in the range. */
  public boolean contains(Bytes candidate) {
    if (isSingle()) {
      return candidate.equals(key);
    }
    return candidate.compareTo(key) >= 0 && (isOpenEnded() || candidate.compareTo(end) < 0);
  }
}
