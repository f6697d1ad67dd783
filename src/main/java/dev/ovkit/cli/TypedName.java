package dev.ovkit.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The program as the user called it, such as {@code ./ovkit}. Messages call it {@code ovkit}; here
 * the commands in them become commands that can be pasted.
 */
final class TypedName {

  private static final String NAME = "ovkit";

  /** Set by {@code ./ovkit}; not in a bundle, whose messages name commands of the desk too. */
  private static final String PROPERTY = "ovkit.program";

  /** Only loaded where there is something to replace. */
  private static final class Call {
    static final Pattern PATTERN =
        Pattern.compile(
            Commands.ALL.stream()
                .map(Commands.Entry::name)
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?<![\\w./-])ovkit (?=(?:help|", ")\\b)")));
  }

  /** Returns a text with the program in its commands as the user called it. */
  static String in(String text) {
    return in(text, System.getProperty(PROPERTY, NAME));
  }

  static String in(String text, String typed) {
    if (typed.equals(NAME) || !text.contains(NAME + " ")) {
      return text;
    }
    String word = typed.matches("[\\w./~+-]+") ? typed : "'" + typed.replace("'", "'\\''") + "'";
    return Call.PATTERN.matcher(text).replaceAll(Matcher.quoteReplacement(word + " "));
  }

  /** Returns a writer of messages to a stream. */
  static PrintWriter messages(OutputStream to) {
    return new PrintWriter(to, true, StandardCharsets.UTF_8) {
      @Override
      public void write(String text, int from, int length) {
        String named = in(text.substring(from, from + length));
        super.write(named, 0, named.length());
      }
    };
  }

  private TypedName() {}
}
