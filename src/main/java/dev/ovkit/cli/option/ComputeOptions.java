package dev.ovkit.cli.option;

import dev.ovkit.CompileOptions;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a model computes, wherever one runs. */
@HelpGroup.In(HelpGroup.EXPERT)
public final class ComputeOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Total number of computing threads. Default: as many as suit the processors that this process may use; 'ovkit doctor' prints the number.")
  private @Nullable Integer threads;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      converter = Choices.Precision.class,
      completionCandidates = Choices.Precision.class,
      description =
          "Arithmetic to compute in: f32, bf16 or auto. With auto OpenVINO chooses. Default: f32.")
  private CompileOptions.@Nullable Precision precision;

  public boolean hasThreads() {
    return threads != null;
  }

  /** Returns the threads that were asked for. */
  public OptionalInt threads() {
    return threads == null
        ? OptionalInt.empty()
        : OptionalInt.of(Limits.positive(spec, "--threads", threads));
  }

  /** Returns the arithmetic that was asked for. */
  public Optional<CompileOptions.Precision> precision() {
    return Optional.ofNullable(precision);
  }

  /** Returns the options with what was given here in place of what they say. */
  public CompileOptions applyTo(CompileOptions base) {
    CompileOptions options = precision == null ? base : base.withPrecision(precision);
    return threads == null
        ? options
        : options.withThreads(Limits.positive(spec, "--threads", threads));
  }
}
