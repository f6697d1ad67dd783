package dev.ovkit.cli.option;

import dev.ovkit.vision.DetectorOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which part of 16 bits pictures use, in every command that finds objects on files. */
@HelpGroup.In(HelpGroup.PREPROCESSING)
public final class BitDepthOption {

  private static final int ALL = 16;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--bit-depth",
      paramLabel = "BITS",
      description =
          "How many bits the values of a 16-bit picture use, 9..16. Most industrial cameras use 12. Default: 16.")
  private @Nullable Integer bits;

  /** Returns the bits; 16 if none were given. */
  public int bits() {
    if (bits == null) {
      return ALL;
    }
    if (bits < 9 || bits > ALL) {
      throw new ParameterException(
          spec.commandLine(), "--bit-depth %d: expected 9..16".formatted(bits));
    }
    return bits;
  }

  /** Returns the options with what was given here in place of what they say. */
  public DetectorOptions applyTo(DetectorOptions options) {
    return bits == null ? options : options.withBitDepth(bits());
  }
}
