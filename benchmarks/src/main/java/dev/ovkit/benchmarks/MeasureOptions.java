package dev.ovkit.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that the measuring programs share. */
public final class MeasureOptions {

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of one inference. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description = "Measure only these models.")
  private List<String> models = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable String json;

  /**
   * @param rounds the default of {@code --rounds}
   */
  public MeasureOptions(int rounds) {
    this.rounds = rounds;
  }

  public int threads() {
    return threads;
  }

  public int rounds() {
    return rounds;
  }

  /** The file of {@code --json}, or null. */
  public @Nullable String json() {
    return json;
  }

  /** Whether {@code --models} names this one, or is not given. */
  public boolean wants(String model) {
    return models.isEmpty() || models.contains(model);
  }

  /** Refuses options that make no sense, and models that do not exist. */
  public void check(CommandLine line, List<String> known) {
    if (threads < 1 || rounds < 1) {
      throw new ParameterException(line, "--threads and --rounds must be at least 1");
    }
    for (String model : models) {
      if (!known.contains(model)) {
        throw new ParameterException(
            line, "--models %s: expected some of %s".formatted(model, String.join(",", known)));
      }
    }
  }
}
