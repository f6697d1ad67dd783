package dev.ovkit.cli.option;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

  @Option(
      names = "--ir",
      paramLabel = "MODEL.xml",
      description =
          "The model: the .xml of an IR, whose .bin is beside it. The same as MODEL without an option.")
  private @Nullable Path ir;

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL|SOURCE",
      description = "The model (.xml or .onnx), then video files, folders, URLs, or -.")
  private List<String> typed = List.of();

  /** Returns the model; an ONNX is converted first, where the command is on a desk. */
  public Path model() {
    Path model = typesModel() ? Path.of(typed.get(0)) : ir;
    if (model == null) {
      throw new ParameterException(
          spec.commandLine(),
          "no model was given; expected MODEL.xml as the first argument, or --ir MODEL.xml");
    }
    return OnnxCache.ir(ModelFolder.ir(model), "", spec.commandLine().getErr());
  }

  private boolean typesModel() {
    boolean byOption = spec.commandLine().getParseResult().hasMatchedOption("--ir");
    return !byOption && !typed.isEmpty() && isModel(typed.get(0));
  }

  private static boolean isModel(String name) {
    String small = name.toLowerCase(Locale.ROOT);
    try {
      return small.endsWith(".xml") || small.endsWith(".onnx") || ModelFolder.isOne(Path.of(name));
    } catch (InvalidPathException e) {
      return false; // whoever reads it says what is wrong
    }
  }

  /** Returns the sources as they were typed; there must be one. */
  public List<String> sources() {
    List<String> sources = typesModel() ? typed.subList(1, typed.size()) : typed;
    if (sources.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "no source was given; expected video files, folders, URLs, or - after the model");
    }
    return List.copyOf(sources);
  }
}
