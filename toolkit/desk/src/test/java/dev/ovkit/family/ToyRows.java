package dev.ovkit.family;

import dev.ovkit.ModelException;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A layout that nobody exports, {@code [1, N, 5 + classes]} with objectness and boxes in pixels;
 * all that adding one takes.
 */
record ToyRows(String output, int classes) implements HeadLayout {

  static final LayoutFormat FORMAT =
      new LayoutFormat() {
        @Override
        public String name() {
          return "toy-rows";
        }

        @Override
        public HeadLayout read(MetadataSection info, int classes) {
          return new ToyRows(info.text("toy"), classes);
        }
      };

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
    info.put("toy", output);
  }

  @Override
  public HeadLayout renamed(UnaryOperator<String> names) {
    return new ToyRows(names.apply(output), classes);
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    List<Long> shape = shapes.of(output);
    if (shape.size() != 3 || shape.get(2) != 5 + classes) {
      throw new ModelException("output '%s' is %s, no toy rows".formatted(output, shape));
    }
    int rows = Math.toIntExact(shape.get(1));
    return (tensors, threshold, candidates) -> {
      FloatBuffer values = tensors.get(0);
      for (int at = 0; at < rows * (5 + classes); at += 5 + classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
          best = values.get(at + 5 + c) > values.get(at + 5 + best) ? c : best;
        }
        float score = values.get(at + 4) * values.get(at + 5 + best);
        if (score >= threshold) {
          candidates.add(
              values.get(at),
              values.get(at + 1),
              values.get(at + 2),
              values.get(at + 3),
              score,
              best);
        }
      }
    };
  }
}
