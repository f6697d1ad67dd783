package dev.ovkit.cli.option;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The model of a command that takes no list of pictures, by option or just typed. */
public final class ModelOption {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--ir", paramLabel = "MODEL.xml", description = ModelFolder.OPTION)
  private @Nullable Path ir;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "The model: the .xml file of an IR.")
  private @Nullable Path typed;

  @Mixin private FamilyOption family;

  /** Returns the family that was named; empty if none was. */
  public String family() {
    return family.name();
  }

  public boolean given() {
    return typed != null || ir != null;
  }

  /** Returns the model; an ONNX is converted first, where the command is on a desk. */
  public Path model() {
    return OnnxCache.ir(path(), family.name(), spec.commandLine().getErr());
  }

  /** Returns the model, which must be an IR. */
  public Path ir() {
    Path model = path();
    if (ModelFolder.isNamed(model.toString(), ".onnx")) {
      throw new ParameterException(
          spec.commandLine(),
          "'%s' is an ONNX model, but %s needs an IR; make one with 'ovkit convert %s'"
              .formatted(model, spec.name(), model));
    }
    return model;
  }

  private Path path() {
    boolean byOption = spec.commandLine().getParseResult().hasMatchedOption("--ir");
    if (typed != null && byOption) {
      throw new ParameterException(spec.commandLine(), "the model was given twice");
    }
    Path model = typed != null ? typed : ir;
    if (model == null) {
      throw ModelFolder.missing(spec);
    }
    return ModelFolder.ir(model);
  }
}
