package dev.ovkit.cli;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The command or option that a user probably meant; picocli's own guess names one at any price. */
final class Suggestion {

  static Optional<String> of(String typed, CommandSpec command) {
    Stream<String> known =
        typed.startsWith("-")
            ? command.options().stream()
                .filter(option -> !option.hidden())
                .map(OptionSpec::longestName)
            : command.subcommands().keySet().stream();
    int near = Math.max(2, typed.length() / 3);
    return known
        .filter(name -> distance(typed, name) <= near)
        .min(Comparator.comparingInt(name -> distance(typed, name)));
  }

  /** Letters to insert, drop or replace. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  private Suggestion() {}
}
