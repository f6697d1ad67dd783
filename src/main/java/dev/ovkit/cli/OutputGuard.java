package dev.ovkit.cli;

import dev.ovkit.cli.option.Written;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Keeps a command from writing a file over one that it reads, under whatever name. Commands that
 * write into a folder look after its files themselves.
 */
final class OutputGuard {

  private OutputGuard() {}

  /**
   * Checks a command line before it is run.
   *
   * @throws ParameterException if it would overwrite an input
   */
  static void check(ParseResult parsed) {
    ParseResult command = parsed;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    for (OptionSpec option : command.matchedOptions()) {
      if (writes(option) && option.getValue() instanceof Path written) {
        check(command, option, written);
      }
    }
  }

  /** Whether an option names a file to write. */
  static boolean writes(OptionSpec option) {
    return option.userObject() instanceof AnnotatedElement field
        && field.isAnnotationPresent(Written.class);
  }

  private static void check(ParseResult command, OptionSpec option, Path written) {
    if (!Files.isRegularFile(written)) {
      return;
    }
    Stream.concat(command.matchedOptions().stream(), command.matchedPositionals().stream())
        .filter(other -> !other.equals(option))
        .flatMap(other -> files(other).stream())
        .filter(read -> isSame(read, written))
        .findFirst()
        .ifPresent(
            read -> {
              throw new ParameterException(
                  command.commandSpec().commandLine(),
                  "%s would overwrite '%s', which the command reads; give another file"
                      .formatted(option.longestName(), read));
            });
  }

  private static List<Path> files(ArgSpec argument) {
    Object value = argument.getValue();
    Collection<?> values =
        value instanceof Collection<?> several
            ? several
            : value == null ? List.of() : List.of(value);
    return values.stream().flatMap(one -> file(one).stream()).toList();
  }

  private static Optional<Path> file(Object value) {
    try {
      return value instanceof Path path
          ? Optional.of(path)
          : value instanceof String text ? Optional.of(Path.of(text)) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Whether two names are those of one file; not if one of them is nothing's. */
  static boolean isSame(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      return false; // whatever is not there cannot be overwritten
    }
  }
}
