package dev.ovkit.layout;

import dev.ovkit.head.Candidates;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.model.Mask;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Boxes with masks: besides its box each candidate has coefficients, by which the maps of a second
 * output, the prototypes {@code [1, coefficients, H, W]}, are added up to its mask.
 *
 * <p>Metadata: {@code prototypes_output}, {@code coefficients}, and what {@link CandidateTable}
 * says.
 *
 * @param prototypes the tensor of the maps
 */
public record Segments(CandidateTable table, String prototypes) implements TableLayout {

  static final LayoutFormat FORMAT = new Format();

  /**
   * Makes the layout of two tensors.
   *
   * @param output the tensor of the candidates
   * @param endToEnd whether the network leaves one box an object
   * @param prototypes the tensor of the maps
   * @param coefficients how many maps there are
   */
  public Segments(
      String output, boolean endToEnd, String prototypes, int coefficients, int classes) {
    this(new CandidateTable(output, endToEnd, classes, coefficients), prototypes);
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
    return List.of(table.output(), prototypes);
  }

  @Override
  public void write(Map<String, String> info) {
    table.write(info);
    info.put("prototypes_output", prototypes);
    info.put("coefficients", Integer.toString(table.extras()));
  }

  @Override
  public Segments renamed(UnaryOperator<String> names) {
    return new Segments(table.renamed(names), names.apply(prototypes));
  }

  @Override
  public Optional<OutputParts> parts(List<Long> shape, float[] values) {
    return table.parts(shape, values, "coefficients");
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    int coefficients = table.extras();
    List<Long> shape = shapes.of(prototypes);
    if (shape.size() != 4 || shape.get(0) != 1 || shape.get(1) != coefficients) {
      throw Grid.misfit(prototypes, shape, "[1,%d,rows,columns]".formatted(coefficients));
    }
    int rows = Math.toIntExact(shape.get(2));
    int columns = Math.toIntExact(shape.get(3));
    return new Decoder(
        table.decoder(shapes, true),
        table.places(shapes),
        new MaskReader(input, rows, columns),
        new float[coefficients]);
  }

  private record Decoder(
      HeadDecoder boxes, CandidateTable.Places places, MaskReader masks, float[] weights)
      implements HeadDecoder {

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      boxes.decode(tensors, threshold, candidates);
    }

    @Override
    public @Nullable Detection complete(
        Detection found,
        int i,
        Candidates candidates,
        List<FloatBuffer> tensors,
        InputPlacement placement) {
      FloatBuffer numbers = tensors.get(0);
      int place = candidates.places[i];
      for (int k = 0; k < weights.length; k++) {
        weights[k] = numbers.get(places.of(place, k));
      }
      Mask mask =
          masks.read(
              tensors.get(1),
              weights,
              candidates.x1[i],
              candidates.y1[i],
              candidates.x2[i],
              candidates.y2[i],
              placement);
      return mask == null ? null : found.withMask(mask);
    }
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "segments";
    }

    @Override
    public DetectorSpec.Task task() {
      return DetectorSpec.Task.SEGMENT;
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      int coefficients = info.whole("coefficients");
      return new Segments(
          CandidateTable.read(info, classes, coefficients), info.text("prototypes_output"));
    }

    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      if (ir.flat().size() != 1 || ir.maps().size() != 1 || ir.maps().get(0).shape().size() != 4) {
        return Optional.empty();
      }
      TensorDescription maps = ir.maps().get(0);
      int coefficients = Math.toIntExact(maps.shape().get(1));
      return CandidateTable.recognise(ir, ir.flat().get(0), coefficients)
          .map(table -> new Segments(table, maps.name()));
    }
  }
}
