package dev.ovkit.bisect;

import dev.ovkit.ModelException;
import dev.ovkit.OvkitException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.StandardInput;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.Shape;
import dev.ovkit.subject.ModelKind;
import dev.ovkit.verify.PreparedPair;
import dev.ovkit.verify.VerifyOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two models, opened for one picture. */
final class Sides implements AutoCloseable {

  final GraphSide first;
  final GraphSide second;
  final List<String> notes;

  private Sides(GraphSide first, GraphSide second, List<String> notes) {
    this.first = first;
    this.second = second;
    this.notes = notes;
  }

  /**
   * Opens both as {@code verify} runs them, or, where one is no detector, with the preprocessing
   * that the options and the IR's metadata name.
   *
   * @throws ModelException if one of the two cannot be read or has other inputs than one picture
   */
  static Sides open(VerifyOptions options, Picture picture) {
    PreparedPair pair;
    try {
      pair = PreparedPair.of(options);
    } catch (ModelException e) {
      return plain(options, picture, e);
    }
    List<String> notes = new ArrayList<>(pair.notes());
    pair.findings().forEach(finding -> notes.add(finding.sentence()));
    GraphSide first = detector(pair.first(), picture);
    try {
      return new Sides(first, detector(pair.second(), picture), notes);
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
  }

  private static GraphSide detector(PreparedPair.Side side, Picture picture) {
    TensorValues input = PictureNumbers.of(side.spec()).of(picture);
    return side.onnx()
        .<GraphSide>map(onnx -> onnx(side.file(), onnx, input))
        .orElseGet(() -> new IrSide(side.file(), input));
  }

  private static GraphSide onnx(Path file, OnnxModel onnx, TensorValues picture) {
    if (onnx.inputs().size() != 1) {
      throw new ModelException(
          "'%s' has %d inputs (%s); --bisect needs one, which takes the picture"
              .formatted(file, onnx.inputs().size(), onnx.inputs()));
    }
    return new OnnxSide(file, onnx, picture);
  }

  // ---- where one is no detector

  private static Sides plain(VerifyOptions options, Picture picture, ModelException reason) {
    try {
      Map<String, String> made = recipe(options);
      GraphSide first = plain(options.first(), options, made, picture);
      try {
        GraphSide second = plain(options.second(), options, made, picture);
        return new Sides(
            first,
            second,
            List.of(
                String.valueOf(reason.getMessage()),
                "so an IR gets BGR, 0..255, stretched to its input, and an ONNX what the IR's metadata says that it does to that; --mean, --scale, --model-colour and --letterbox say it better"));
      } catch (RuntimeException e) {
        first.close();
        throw e;
      }
    } catch (OvkitException e) {
      throw reason; // it says more
    }
  }

  /** What the IR says that it was made with; empty where there is no IR. */
  private static Map<String, String> recipe(VerifyOptions options) {
    for (Path file : List.of(options.first(), options.second())) {
      if (ModelKind.of(file) == ModelKind.IR) {
        return IrDescription.read(file).section(IrDescription.OVKIT);
      }
    }
    return Map.of();
  }

  private static GraphSide plain(
      Path file, VerifyOptions options, Map<String, String> made, Picture picture) {
    Resize resize =
        new Resize(options.resize().orElse(Resize.Mode.STRETCH), options.pad().orElse(0));
    if (ModelKind.of(file) == ModelKind.IR) {
      Shape shape = new Shape(IrDescription.read(file).inputs().get(0).shape());
      return new IrSide(
          file,
          input(file, shape, resize, options.inputColour().orElse(Colour.BGR), Normalization.NONE)
              .of(picture));
    }
    StandardInput standard = StandardInput.of(OnnxModel.read(file));
    OnnxModel onnx = standard.model();
    Colour colour = Boolean.parseBoolean(made.get("reversed_channels")) ? Colour.RGB : Colour.BGR;
    Shape shape = onnx.inputs().get(0).shape();
    return onnx(
        file,
        onnx,
        input(
                file,
                shape == null ? Shape.of() : shape,
                resize,
                options.modelColour().orElse(colour),
                new Normalization(
                    options.mean().orElse(numbers(made.get("mean"))),
                    options.scale().orElse(numbers(made.get("scale")))))
            .of(picture));
  }

  private static PictureNumbers input(
      Path file, Shape shape, Resize resize, Colour colour, Normalization normalization) {
    if (shape.rank() != 4 || !shape.isStatic() || shape.dimension(1) != 3) {
      throw new ModelException(
          "'%s' takes %s; --bisect needs a picture of a fixed size, [1,3,H,W]"
              .formatted(file, shape.bracketed()));
    }
    return new PictureNumbers(
        Math.toIntExact(shape.dimension(3)),
        Math.toIntExact(shape.dimension(2)),
        resize,
        colour,
        normalization);
  }

  private static List<Float> numbers(@Nullable String text) {
    return text == null || text.isBlank()
        ? List.of()
        : Arrays.stream(text.split(",", -1)).map(number -> Float.valueOf(number.strip())).toList();
  }

  @Override
  public void close() {
    first.close();
    second.close();
  }
}
