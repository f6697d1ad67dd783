package dev.ovkit.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where pictures of results go, and how boxes are drawn. */
@HelpGroup.In(HelpGroup.OUTPUT)
public final class DrawingOptions {

  private static final int WIDEST_LINE = 100;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR|FILE",
      description =
          "Where to write the pictures with their boxes drawn: a folder, or for a single picture a .jpg or .png file. With --format yolo: the folder for the text files.")
  private @Nullable Path out;

  @Option(
      names = "--line-width",
      paramLabel = "PIXELS",
      description = "Line width of the drawn boxes. Default: larger pictures get wider lines.")
  private @Nullable Integer lineWidth;

  @Option(names = "--no-labels", description = "Draw boxes without class names and scores.")
  private boolean noLabels;

  @Option(
      names = "--save-crops",
      paramLabel = "DIR",
      description = "Cut out each object and write it to this folder, as PICTURE-NUMBER-CLASS.jpg.")
  private @Nullable Path crops;

  public Optional<Path> out() {
    return Optional.ofNullable(out);
  }

  public Optional<Path> crops() {
    return Optional.ofNullable(crops);
  }

  /** Returns the width of lines; 0 lets it grow with the picture. */
  public int lineWidth() {
    if (lineWidth == null) {
      return 0;
    }
    if (lineWidth < 1 || lineWidth > WIDEST_LINE) {
      throw new ParameterException(
          spec.commandLine(),
          "--line-width %d: expected 1..%d pixels".formatted(lineWidth, WIDEST_LINE));
    }
    return lineWidth;
  }

  public boolean labels() {
    return !noLabels;
  }
}
