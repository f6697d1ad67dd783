package dev.ovkit.cli;

import dev.ovkit.internal.text.EditDistance;
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
        .filter(name -> EditDistance.between(typed, name) <= near)
        .min(Comparator.comparingInt(name -> EditDistance.between(typed, name)));
  }

  private Suggestion() {}
}
