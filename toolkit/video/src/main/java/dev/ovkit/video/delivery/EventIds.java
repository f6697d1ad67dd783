package dev.ovkit.video.delivery;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Makes names of events that no other event has, here or elsewhere, and that sort by time: ULIDs,
 * 48 bits of milliseconds and 80 random ones, as 26 digits and letters.
 */
public final class EventIds {

  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int LENGTH = 26;
  private static final int BITS = 5;
  private static final int RANDOM_HIGH_BITS = 16;

  private final RandomGenerator random = new SecureRandom();
  private long lastMillis = -1;
  private long high;
  private long low;

  /**
   * Returns the next name.
   *
   * @param millis since 1970; names of the same millisecond count up
   */
  public synchronized String next(long millis) {
    if (millis > lastMillis) {
      lastMillis = millis;
      high = random.nextLong() & ((1L << RANDOM_HIGH_BITS) - 1);
      low = random.nextLong();
    } else if (++low == 0) {
      high++;
    }
    char[] text = new char[LENGTH];
    long upper = lastMillis << RANDOM_HIGH_BITS | high;
    long lower = low;
    for (int i = LENGTH - 1; i >= 0; i--) {
      text[i] = DIGITS.charAt((int) (lower & ((1 << BITS) - 1)));
      lower = lower >>> BITS | upper << (Long.SIZE - BITS);
      upper >>>= BITS;
    }
    return new String(text);
  }
}
