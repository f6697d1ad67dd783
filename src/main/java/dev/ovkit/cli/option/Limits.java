package dev.ovkit.cli.option;

import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Times that a user gives in seconds. */
public final class Limits {

  public static Duration seconds(CommandSpec spec, String option, int seconds) {
    if (seconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "%s %d: expected 1 second or more".formatted(option, seconds));
    }
    return Duration.ofSeconds(seconds);
  }

  private Limits() {}
}
