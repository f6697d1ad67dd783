package dev.ovkit.network;

import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.InputSize;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.ElementType;
import dev.ovkit.runtime.InputSteps;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Port;
import dev.ovkit.runtime.Shape;
import java.nio.ByteBuffer;
import java.util.List;

/** Makes a model take a letterboxed picture as it is in memory: rows of BGR bytes. */
public final class InputPreparation {

  /**
   * Puts the steps that the spec leaves to the client before the model, and closes an input whose
   * size is open.
   */
  public static void apply(Model model, DetectorSpec spec) {
    if (takesPictures(model.inputs())) {
      // It holds all steps already; at its own size the resize among them changes nothing.
      model.reshape(
          new Shape(List.of(1L, (long) spec.inputHeight(), (long) spec.inputWidth(), 3L)));
      return;
    }
    close(model, spec);
    model.prepare(
        new InputSteps(
            ElementType.U8,
            true,
            spec.inputColour() == Colour.RGB,
            spec.normalization().mean(),
            spec.normalization().scale()));
  }

  /** Gives an input whose batch or size is open the size of the spec. */
  public static void close(Model model, DetectorSpec spec) {
    if (!model.inputs().get(0).shape().isStatic()) {
      resize(model, new InputSize(spec.inputWidth(), spec.inputHeight()));
    }
  }

  /**
   * Gives the network's input another size.
   *
   * @throws ModelException when the model holds the step from a picture's size to its own, or its
   *     layers are made for one size
   */
  public static void resize(Model model, InputSize size) {
    if (takesPictures(model.inputs())) {
      throw new ModelException(
          "the IR takes pictures of any size and resizes them itself; its input cannot be made %s"
              .formatted(size));
    }
    try {
      model.reshape(new Shape(List.of(1L, 3L, (long) size.height(), (long) size.width())));
    } catch (NativeCallException e) {
      throw new ModelException(
          "the IR's layers do not allow an input of %s: %s".formatted(size, e.getMessage()), e);
    }
  }

  /**
   * Writes a picture into the input of a prepared model.
   *
   * @return where the picture is in it
   */
  public static Letterbox fill(ByteBuffer input, Picture picture, DetectorSpec spec) {
    Letterbox letterbox =
        Letterbox.of(
            picture.width(),
            picture.height(),
            spec.inputWidth(),
            spec.inputHeight(),
            spec.resize().mode());
    picture.letterbox(letterbox, spec.resize(), input);
    return letterbox;
  }

  /** As the Model API saves models: {@code u8 [1, ?, ?, 3]}. */
  private static boolean takesPictures(List<Port> inputs) {
    return inputs.size() == 1
        && inputs.get(0).type() == ElementType.U8
        && inputs.get(0).shape().rank() == 4
        && inputs.get(0).shape().dimensions().get(3) == 3;
  }

  private InputPreparation() {}
}
