package dev.ovkit.layout;

import dev.ovkit.head.Candidates;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Boxes with key points: besides its box each candidate has x and y of each point, in pixels of the
 * input, and usually how sure the network is that the point is seen.
 *
 * <p>Metadata: {@code key_points}, {@code numbers_a_point}, and what {@link CandidateTable} says.
 *
 * @param points how many points an object has
 * @param dimensions numbers of a point: 2, or 3 with its score
 */
public record Poses(CandidateTable table, int points, int dimensions) implements TableLayout {

  static final LayoutFormat FORMAT = new Format();

  public Poses {
    if (points < 1 || dimensions < 2 || dimensions > 3) {
      throw new IllegalArgumentException(
          "an object has points of 2 or 3 numbers, not %d of %d".formatted(points, dimensions));
    }
  }

  /**
   * Makes the layout of one tensor.
   *
   * @param output the tensor of the candidates
   * @param endToEnd whether the network leaves one box an object
   */
  public Poses(String output, boolean endToEnd, int points, int dimensions, int classes) {
    this(new CandidateTable(output, endToEnd, classes, points * dimensions), points, dimensions);
  }

  @Override
  public String name() {
    return FORMAT.name();
  }

  @Override
  public int keyPoints() {
    return points;
  }

  @Override
  public DetectorSpec.Task task() {
    return FORMAT.task();
  }

  @Override
  public void write(Map<String, String> info) {
    table.write(info);
    info.put("key_points", Integer.toString(points));
    info.put("numbers_a_point", Integer.toString(dimensions));
  }

  @Override
  public Poses renamed(UnaryOperator<String> names) {
    return new Poses(table.renamed(names), points, dimensions);
  }

  @Override
  public Optional<OutputParts> parts(List<Long> shape, float[] values) {
    return table.parts(shape, values, "key points");
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    return new Decoder(table.decoder(shapes, true), table.places(shapes), points, dimensions);
  }

  private record Decoder(
      HeadDecoder boxes, CandidateTable.Places places, int points, int dimensions)
      implements HeadDecoder {

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      boxes.decode(tensors, threshold, candidates);
    }

    @Override
    public Detection complete(
        Detection found,
        int i,
        Candidates candidates,
        List<FloatBuffer> tensors,
        InputPlacement placement) {
      FloatBuffer numbers = tensors.get(0);
      int place = candidates.places[i];
      Detection.KeyPoint[] result = new Detection.KeyPoint[points];
      for (int k = 0; k < points; k++) {
        int at = k * dimensions;
        double x = placement.sourceX(numbers.get(places.of(place, at)));
        double y = placement.sourceY(numbers.get(places.of(place, at + 1)));
        result[k] =
            new Detection.KeyPoint(
                (float) placement.clipX(x),
                (float) placement.clipY(y),
                dimensions == 3 ? numbers.get(places.of(place, at + 2)) : 1);
      }
      return found.withKeyPoints(Arrays.asList(result));
    }
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "poses";
    }

    @Override
    public DetectorSpec.Task task() {
      return DetectorSpec.Task.POSE;
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      int points = info.whole("key_points");
      int dimensions = info.whole("numbers_a_point");
      return new Poses(CandidateTable.read(info, classes, points * dimensions), points, dimensions);
    }

    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      List<Integer> shape = ir.pointShape();
      if (shape.size() != 2) {
        return Optional.empty();
      }
      int points = shape.get(0);
      int dimensions = shape.get(1);
      return FlatColumns.onlyFlat(ir)
          .flatMap(output -> CandidateTable.recognise(ir, output, points * dimensions))
          .map(table -> new Poses(table, points, dimensions));
    }
  }
}
