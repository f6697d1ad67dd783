package dev.ovkit.layout;

import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.CandidateForm;
import dev.ovkit.head.Candidates;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One output {@code [1, 4+nc, N]} of the YOLOv8 kind: a column a candidate; box centre and size in
 * pixels of the input, then class probabilities; no objectness.
 *
 * <p>Metadata: {@code output}.
 */
public record FlatColumns(String output, int classes) implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  public FlatColumns {
    HeadList.requireClasses(classes);
  }

  @Override
  public String name() {
    return FORMAT.name();
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
  public FlatColumns renamed(UnaryOperator<String> names) {
    return new FlatColumns(names.apply(output), classes);
  }

  @Override
  public Optional<CandidateForm> form() {
    return Optional.of(
        new CandidateForm(CandidateForm.Arrangement.COLUMNS, false, false, BoxCoding.PIXELS));
  }

  /** One wrapper reads YOLOv5 and YOLOv8, as of openvino-model-api 0.4.7. */
  @Override
  public Optional<String> modelApiType() {
    return Optional.of("YOLOv8");
  }

  @Override
  public Optional<OutputParts> parts(List<Long> shape, float[] values) {
    if (shape.size() != 3 || shape.get(1) != 4 + classes) {
      return Optional.empty();
    }
    int boxes = Math.toIntExact(4 * shape.get(2));
    return Optional.of(
        OutputParts.of(
            Arrays.copyOf(values, boxes), Arrays.copyOfRange(values, boxes, values.length), false));
  }

  @Override
  public Optional<String> decodeInGraph(GraphWriter graph, InputSize input) {
    return Optional.of(output); // as it is
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    List<Long> shape = shapes.of(output);
    int channels = 4 + classes;
    if (shape.size() != 3 || shape.get(0) != 1 || shape.get(1) != channels) {
      throw Grid.misfit(output, shape, "[1,%d,candidates]".formatted(channels));
    }
    return new Columns(classes, Math.toIntExact(shape.get(2)));
  }

  /** Reads the columns whose first rows are a box and the scores of classes. */
  static final class Columns implements HeadDecoder {
    private final int classes;
    private final int count;
    private final float[] row;
    private final float[] best;
    private final int[] bestClass;

    Columns(int classes, int count) {
      this.classes = classes;
      this.count = count;
      this.row = new float[count];
      this.best = new float[count];
      this.bestClass = new int[count];
    }

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      FloatBuffer columns = tensors.get(0);
      Arrays.fill(best, Float.NEGATIVE_INFINITY);
      for (int c = 0; c < classes; c++) {
        columns.get((4 + c) * count, row, 0, count);
        for (int i = 0; i < count; i++) {
          // Nearly every number is below the threshold, so the first test decides.
          if (row[i] >= threshold && row[i] > best[i]) {
            best[i] = row[i];
            bestClass[i] = c;
          }
        }
      }
      for (int i = 0; i < count; i++) {
        if (best[i] >= threshold) {
          candidates.place = i;
          candidates.add(
              columns.get(i),
              columns.get(count + i),
              columns.get(2 * count + i),
              columns.get(3 * count + i),
              best[i],
              bestClass[i]);
        }
      }
    }
  }

  /**
   * Returns the one output of rank 3 where there is exactly one, and no map beside it. Only how
   * many rows there are may be open, as after suppression in the graph.
   */
  static Optional<TensorDescription> onlyFlat(UndescribedOutputs ir) {
    if (ir.flat().size() != 1 || !ir.maps().isEmpty()) {
      return Optional.empty();
    }
    TensorDescription output = ir.flat().get(0);
    List<Long> s = output.shape();
    if (s.get(2) < 1 || (s.get(1) < 1 && s.get(2) != EndToEnd.COLUMNS) || s.get(0) != 1) {
      throw ir.refusal()
          .apply(
              "its output '%s' is %s, expected a fixed shape with batch 1"
                  .formatted(output.name(), output.shapeText()));
    }
    return Optional.of(output);
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "flat-columns";
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      return new FlatColumns(info.text("output"), classes);
    }

    /** A column for each cell of the usual grids. */
    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      return onlyFlat(ir)
          .filter(output -> output.shape().get(1) > 4)
          .filter(output -> ir.cells() > 0 && output.shape().get(2) == ir.cells())
          .map(
              output -> new FlatColumns(output.name(), Math.toIntExact(output.shape().get(1)) - 4));
    }
  }
}
