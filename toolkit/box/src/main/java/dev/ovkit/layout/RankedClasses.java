package dev.ovkit.layout;

import dev.ovkit.head.Candidates;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.Box;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A classifier's output {@code [1, classes]}: a probability for each class of the whole picture.
 *
 * <p>Metadata: {@code output}.
 */
public record RankedClasses(String output, int classes) implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  public RankedClasses {
    HeadList.requireClasses(classes);
  }

  @Override
  public String name() {
    return FORMAT.name();
  }

  @Override
  public DetectorSpec.Task task() {
    return FORMAT.task();
  }

  @Override
  public List<String> outputs() {
    return List.of(output);
  }

  @Override
  public void write(Map<String, String> info) {
    info.put("output", output);
  }

  @Override
  public RankedClasses renamed(UnaryOperator<String> names) {
    return new RankedClasses(names.apply(output), classes);
  }

  @Override
  public boolean isSuppressed() {
    return true;
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    List<Long> shape = shapes.of(output);
    if (!shape.equals(List.of(1L, (long) classes))) {
      throw Grid.misfit(output, shape, "[1,%d]".formatted(classes));
    }
    return new Decoder(classes, input);
  }

  private record Decoder(int classes, InputSize input) implements HeadDecoder {

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      FloatBuffer scores = tensors.get(0);
      for (int c = 0; c < classes; c++) {
        float score = scores.get(c);
        if (score >= threshold) {
          candidates.addCorners(0, 0, input.width(), input.height(), score, c);
        }
      }
    }

    /** The whole picture, also where the input shows only a part of it. */
    @Override
    public Box box(int i, Candidates candidates, InputPlacement placement) {
      return new Box(0, 0, placement.sourceWidth(), placement.sourceHeight());
    }
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "ranked-classes";
    }

    @Override
    public DetectorSpec.Task task() {
      return DetectorSpec.Task.CLASSIFY;
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      return new RankedClasses(info.text("output"), classes);
    }

    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      if (ir.outputs().size() != 1) {
        return Optional.empty();
      }
      TensorDescription output = ir.outputs().get(0);
      List<Long> shape = output.shape();
      return shape.size() == 2 && shape.get(0) == 1 && shape.get(1) > 0
          ? Optional.of(new RankedClasses(output.name(), Math.toIntExact(shape.get(1))))
          : Optional.empty();
    }
  }
}
