package dev.ovkit.cli.print;

import picocli.CommandLine.Help;

/** The example command lines at the end of {@code --help}. */
public final class Examples {

  private static final int WIDEST = 78;
  private static final String NEXT = " \\%n      ".formatted();

  /** Renders them so that they can be pasted: a long one ends its lines with a backslash. */
  public static String render(Help help) {
    StringBuilder text = new StringBuilder();
    for (String example : help.commandSpec().usageMessage().footer()) {
      text.append(folded(example)).append(System.lineSeparator());
    }
    return text.toString();
  }

  private static String folded(String line) {
    StringBuilder folded = new StringBuilder();
    String rest = line;
    while (rest.length() > WIDEST) {
      int space = rest.lastIndexOf(' ', WIDEST - 2);
      if (rest.substring(0, Math.max(0, space)).isBlank()) {
        break; // one long word
      }
      folded.append(rest, 0, space).append(NEXT);
      rest = rest.substring(space + 1);
    }
    return folded.append(rest).toString();
  }

  private Examples() {}
}
