package dev.ovkit.cli;

import dev.ovkit.internal.text.EditDistance;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The name that a user probably meant; picocli's own guess names one at any price. */
public final class Suggestion {

  /** Letters of an option's name that suffice to know it by its beginning, hyphens included. */
  private static final int BEGINNING = 5;

  /** Finds a command or option. */
  static Optional<String> of(String typed, CommandSpec command) {
    if (!typed.startsWith("-")) {
      return among(typed, command.subcommands().keySet().stream());
    }
    String name = typed.split("=", 2)[0];
    return among(
            name,
            command.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Arrays.stream(option.names()))
                .filter(known -> known.startsWith("--")))
        .or(() -> beginning(name, command));
  }

  /** Finds the nearest of some names, if one is near. */
  public static Optional<String> among(String typed, Stream<String> known) {
    int near = Math.max(2, typed.length() / 3);
    return known
        .filter(name -> EditDistance.between(typed, name) <= near)
        .min(
            Comparator.<String>comparingInt(name -> EditDistance.between(typed, name))
                .thenComparingInt(name -> -sameBeginning(typed, name)));
  }

  /**
   * Of two that are as near, the one that begins as what was typed: --image for --img, not --ir.
   */
  private static int sameBeginning(String typed, String name) {
    int same = Arrays.mismatch(typed.toCharArray(), name.toCharArray());
    return same < 0 ? typed.length() : same;
  }

  /** As {@code --conf} for {@code --confidence}. */
  private static Optional<String> beginning(String typed, CommandSpec command) {
    return command.options().stream()
        .filter(option -> !option.hidden())
        .map(OptionSpec::longestName)
        .filter(name -> Math.min(name.length(), typed.length()) >= BEGINNING)
        .filter(name -> typed.startsWith(name) || name.startsWith(typed))
        .findFirst();
  }

  private Suggestion() {}
}
