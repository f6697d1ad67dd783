package dev.ovkit.cli.option;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Numbers that must lie within bounds. */
public final class Limits {

  public static Duration seconds(CommandSpec spec, String option, int seconds) {
    if (seconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "%s %d: expected 1 second or more".formatted(option, seconds));
    }
    return Duration.ofSeconds(seconds);
  }

  public static int positive(CommandSpec spec, String option, int value) {
    if (value < 1) {
      throw new ParameterException(
          spec.commandLine(), "%s %d: expected 1 or more".formatted(option, value));
    }
    return value;
  }

  private Limits() {}
}
