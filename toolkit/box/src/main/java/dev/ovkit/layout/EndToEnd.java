package dev.ovkit.layout;

import dev.ovkit.head.OutputParts;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.ir.TensorDescription;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.metadata.UndescribedOutputs;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One output {@code [1, N, 6 or more]} of a network that leaves one box an object: a row an object,
 * its box, score and class. Rows of score 0 are padding.
 *
 * <p>Metadata: {@code output}, {@code boxes} (see {@link BoxForm}).
 */
public record EndToEnd(String output, BoxForm boxes, int classes) implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  /** Four numbers of a box, its score, its class. */
  static final int COLUMNS = 6;

  public EndToEnd {
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
    boxes.write(info);
  }

  @Override
  public EndToEnd renamed(UnaryOperator<String> names) {
    return new EndToEnd(names.apply(output), boxes, classes);
  }

  @Override
  public boolean boxesAreShares() {
    return boxes.unit();
  }

  @Override
  public boolean isSuppressed() {
    return true;
  }

  /** Rows of nearly the same score may be in another order, so only their scores are compared. */
  @Override
  public Optional<OutputParts> parts(List<Long> shape, float[] values) {
    if (shape.size() != 3 || shape.get(2) < COLUMNS) {
      return Optional.empty();
    }
    int columns = Math.toIntExact(shape.get(2));
    float[] scores = new float[values.length / columns];
    for (int row = 0; row < scores.length; row++) {
      scores[row] = values[row * columns + 4];
    }
    Arrays.sort(scores);
    return Optional.of(new OutputParts(Map.of("scores", scores), false));
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    List<Long> shape = shapes.of(output);
    if (shape.size() != 3 || shape.get(0) != 1 || shape.get(2) < COLUMNS) {
      throw Grid.misfit(output, shape, "[1,rows,%d or more]".formatted(COLUMNS));
    }
    int columns = Math.toIntExact(shape.get(2));
    int end = columns * Math.toIntExact(shape.get(1));
    return (tensors, threshold, candidates) -> {
      FloatBuffer rows = tensors.get(0);
      for (int at = 0; at < end; at += columns) {
        float score = rows.get(at + 4);
        if (score >= threshold && score > 0) {
          int c = Math.round(rows.get(at + 5));
          if (candidates.accepts(c, classes)) {
            boxes.add(
                rows.get(at),
                rows.get(at + 1),
                rows.get(at + 2),
                rows.get(at + 3),
                input,
                score,
                c,
                candidates);
          }
        }
      }
    };
  }

  private static final class Format implements LayoutFormat {

    /** More than any network of this kind gives, fewer than one without suppression does. */
    private static final int MOST_ROWS = 1000;

    @Override
    public String name() {
      return "end-to-end";
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      return new EndToEnd(info.text("output"), BoxForm.read(info), classes);
    }

    /** Six columns where there are two classes or more, so that they are not one score a class. */
    @Override
    public Optional<HeadLayout> recognise(UndescribedOutputs ir) {
      return FlatColumns.onlyFlat(ir)
          .filter(output -> ir.labels().size() > 1)
          .filter(output -> output.shape().get(2) == COLUMNS)
          .filter(output -> output.shape().get(1) <= MOST_ROWS)
          .map(output -> pixels(ir, output));
    }

    private static HeadLayout pixels(UndescribedOutputs ir, TensorDescription output) {
      ir.assume()
          .accept(
              Assumption.of(
                  Assumption.Kind.LAYOUT,
                  "'%s' holds a row an object: %s, score, class"
                      .formatted(output.name(), BoxForm.CORNER_PIXELS.words())));
      return new EndToEnd(output.name(), BoxForm.CORNER_PIXELS, ir.labels().size());
    }
  }
}
