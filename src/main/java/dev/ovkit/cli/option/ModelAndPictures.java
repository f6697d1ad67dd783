package dev.ovkit.cli.option;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The models and pictures of a command, by option or just typed: what ends in .xml or .onnx, and a
 * folder that holds an .xml, is a model; everything else is a picture.
 */
public final class ModelAndPictures {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--ir", paramLabel = "MODEL.xml", description = ModelFolder.OPTION)
  private @Nullable List<Path> irs;

  @Option(
      names = {"-i", "--images", "--image"},
      arity = "1..*",
      paramLabel = "PICTURE",
      description =
          "Pictures: files, folders, or globs such as 'shots/*.jpg'. The same as the argument PICTURE.")
  private @Nullable List<String> images;

  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL|PICTURE",
      description = "The model (.xml or .onnx), then the pictures: files, folders or globs.")
  private List<String> typed = List.of();

  @Mixin private FamilyOption family;

  /** Returns the one model; an ONNX is converted first, where the command is on a desk. */
  public Path model() {
    return OnnxCache.ir(only(), family.name(), spec.commandLine().getErr());
  }

  /** Whether the one model is an ONNX, not an IR. */
  public boolean isOnnx() {
    return ModelFolder.isNamed(only().toString(), ".onnx");
  }

  /** Returns the one model, which must be an IR. */
  public Path ir() {
    Path model = only();
    if (isOnnx()) {
      throw new ParameterException(
          spec.commandLine(),
          "'%s' is an ONNX model, but %s needs an IR; make one with 'ovkit convert %s'"
              .formatted(model, spec.name(), model));
    }
    return model;
  }

  /** Returns all models; each ONNX is converted first, where the command is on a desk. */
  public List<Path> models() {
    PrintWriter err = spec.commandLine().getErr();
    return given().stream().map(model -> OnnxCache.ir(model, family.name(), err)).toList();
  }

  private Path only() {
    List<Path> models = given();
    if (models.size() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "%d models were given, expected one: %s".formatted(models.size(), models));
    }
    return models.get(0);
  }

  private List<Path> given() {
    List<String> named = typed.stream().filter(ModelFolder::isModel).toList();
    boolean byOption = spec.commandLine().getParseResult().hasMatchedOption("--ir");
    List<Path> models = new ArrayList<>();
    if (irs != null && (byOption || named.isEmpty())) {
      irs.forEach(ir -> models.add(ModelFolder.ir(ir)));
    }
    named.forEach(name -> models.add(ModelFolder.ir(Path.of(name))));
    if (models.isEmpty()) {
      throw ModelFolder.missing(spec);
    }
    return models;
  }

  public boolean hasModel() {
    return irs != null || typed.stream().anyMatch(ModelFolder::isModel);
  }

  public boolean hasPictures() {
    return !named().isEmpty();
  }

  /** Returns the pictures in the order given; there must be some. */
  public List<Path> pictures() {
    List<String> named = named();
    if (named.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "no pictures were given; expected files or folders after the model, or --images PICTURE");
    }
    return new PictureList(named).expand();
  }

  private List<String> named() {
    List<String> named = new ArrayList<>();
    typed.stream().filter(name -> !ModelFolder.isModel(name)).forEach(named::add);
    if (images != null) {
      named.addAll(images);
    }
    return named;
  }
}
