package dev.ovkit.cli.option;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The model of a command on video, and its sources: the first argument is the model unless it is
 * given by option, or the bundle has one and the argument does not look like another.
 */
public final class ModelAndSources {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--ir", paramLabel = "MODEL.xml", description = ModelFolder.OPTION)
  private @Nullable Path ir;

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL|SOURCE",
      description =
          "The model (.xml or .onnx), then the sources: video files, folders of pictures, URLs, webcams, or - for standard input.")
  private List<String> typed = List.of();

  /**
   * Returns the model; an ONNX is converted first, where the command is on a desk.
   *
   * @param other taken if none was given
   */
  public Path model(Optional<Path> other) {
    Path model = typesModel() ? Path.of(typed.get(0)) : byOption() ? ir : other.orElse(ir);
    if (model == null) {
      throw ModelFolder.missing(spec);
    }
    return OnnxCache.ir(ModelFolder.ir(model), "", spec.commandLine().getErr());
  }

  private boolean typesModel() {
    return !byOption() && !typed.isEmpty() && ModelFolder.isModel(typed.get(0));
  }

  private boolean byOption() {
    return spec.commandLine().getParseResult().hasMatchedOption("--ir");
  }

  /** Whether sources were typed. */
  public boolean hasSources() {
    return typed.size() > (typesModel() ? 1 : 0);
  }

  /** Returns the sources as they were typed; there must be one. */
  public List<String> sources() {
    List<String> sources = typesModel() ? typed.subList(1, typed.size()) : typed;
    if (sources.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "no source was given; expected video files, folders, URLs, webcams, or - after the model");
    }
    return List.copyOf(sources);
  }
}
