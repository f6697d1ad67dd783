package dev.ovkit.layout;

import dev.ovkit.head.Candidates;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.model.RotatedBox;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Rotated boxes: centre and size in pixels of the input, and an angle in radians as the last
 * number.
 *
 * <p>Metadata: what {@link CandidateTable} says.
 */
public record RotatedBoxes(CandidateTable table) implements TableLayout {

  static final LayoutFormat FORMAT = new Format();

  /**
   * Makes the layout of one tensor.
   *
   * @param output the tensor of the candidates
   * @param endToEnd whether the network leaves one box an object
   */
  public RotatedBoxes(String output, boolean endToEnd, int classes) {
    this(new CandidateTable(output, endToEnd, classes, 1));
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
  public void write(Map<String, String> info) {
    table.write(info);
  }

  @Override
  public RotatedBoxes renamed(UnaryOperator<String> names) {
    return new RotatedBoxes(table.renamed(names));
  }

  @Override
  public Optional<OutputParts> parts(List<Long> shape, float[] values) {
    return table.parts(shape, values, "angles");
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    return new Decoder(table.decoder(shapes, false), table.places(shapes));
  }

  private record Decoder(HeadDecoder boxes, CandidateTable.Places places) implements HeadDecoder {

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      candidates.rotated = true;
      int first = candidates.count;
      boxes.decode(tensors, threshold, candidates);
      for (int i = first; i < candidates.count; i++) {
        candidates.angle[i] = tensors.get(0).get(places.of(candidates.places[i], 0));
      }
    }

    /** The part of the upright box around it that is on the picture. */
    @Override
    public @Nullable Box box(int i, Candidates candidates, InputPlacement placement) {
      boolean insideOut =
          !(candidates.x2[i] > candidates.x1[i] && candidates.y2[i] > candidates.y1[i]);
      if (insideOut || !Float.isFinite(candidates.angle[i])) {
        return null;
      }
      Box around = rotated(i, candidates, placement).bounds();
      return placement.clip(
          around.x(), around.y(), around.x() + around.width(), around.y() + around.height());
    }

    @Override
    public Detection complete(
        Detection found,
        int i,
        Candidates candidates,
        List<FloatBuffer> tensors,
        InputPlacement placement) {
      return found.withRotated(rotated(i, candidates, placement));
    }

    private static RotatedBox rotated(int i, Candidates candidates, InputPlacement placement) {
      double x1 = placement.sourceX(candidates.x1[i]);
      double y1 = placement.sourceY(candidates.y1[i]);
      double x2 = placement.sourceX(candidates.x2[i]);
      double y2 = placement.sourceY(candidates.y2[i]);
      return new RotatedBox(
          (float) ((x1 + x2) / 2),
          (float) ((y1 + y2) / 2),
          (float) (x2 - x1),
          (float) (y2 - y1),
          candidates.angle[i]);
    }
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "rotated-boxes";
    }

    @Override
    public DetectorSpec.Task task() {
      return DetectorSpec.Task.OBB;
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      return new RotatedBoxes(CandidateTable.read(info, classes, 1));
    }

    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      return FlatColumns.onlyFlat(ir)
          .flatMap(output -> CandidateTable.recognise(ir, output, 1))
          .map(RotatedBoxes::new);
    }
  }
}
