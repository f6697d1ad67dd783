package dev.ovkit.internal.text;

/** Makes texts from untrusted files safe for a terminal, a picture or a page. */
public final class OneLine {

  private static final char REPLACEMENT = '\ufffd';

  /** Returns a text with its control characters replaced, and cut if it is too long. */
  public static String of(String text, int most) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), most));
    text.codePoints()
        .limit(most + 1L)
        .forEach(point -> line.appendCodePoint(isHarmless(point) ? point : REPLACEMENT));
    if (line.codePointCount(0, line.length()) <= most) {
      return line.toString();
    }
    line.setLength(line.offsetByCodePoints(0, most - 1));
    return line.append('…').toString();
  }

  /** Line ends, escape sequences and marks that turn the direction of writing are not. */
  private static boolean isHarmless(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> !((point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069));
    };
  }

  private OneLine() {}
}
