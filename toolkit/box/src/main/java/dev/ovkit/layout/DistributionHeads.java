package dev.ovkit.layout;

import dev.ovkit.head.Candidates;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.head.Head;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A score for each class and, for each of the four sides of a box, a distribution over distances:
 * PicoDet, with two outputs a stride, and NanoDet-Plus, with one output for all.
 *
 * <p>The distance of a side is the mean of 0, 1, 2, … weighted by the softmax of its numbers, times
 * the stride, from {@code (cell + offset) * stride}; the sides are left, top, right, bottom. A map
 * has a cell more where the stride does not divide the input.
 *
 * <p>Metadata: {@code head_<i>_output}, {@code head_<i>_distances} and {@code head_<i>_stride}, or
 * {@code output} for all heads; {@code bins}, {@code cell_offset}.
 *
 * @param heads by rising stride, each with the output of its scores
 * @param distances the output of each head's distances; that of its scores if distances follow them
 *     in a row
 * @param bins numbers a side
 * @param offset of the point in its cell, 0..1
 */
public record DistributionHeads(
    List<Head> heads, List<String> distances, int bins, float offset, int classes)
    implements HeadLayout {

  static final LayoutFormat FORMAT = new Format();

  public DistributionHeads {
    heads = List.copyOf(heads);
    distances = List.copyOf(distances);
    HeadList.requireClasses(classes);
    if (heads.isEmpty() || heads.size() != distances.size()) {
      throw new IllegalArgumentException("each head has scores and distances");
    }
    if (bins < 2) {
      throw new IllegalArgumentException("a distribution has two bins or more, not " + bins);
    }
  }

  /** Returns the layout of one output, {@code [1, N, classes + 4 * bins]}. */
  public static DistributionHeads joined(
      String output, List<Integer> strides, int bins, float offset, int classes) {
    return new DistributionHeads(
        strides.stream().map(stride -> new Head(output, stride, List.of())).toList(),
        strides.stream().map(stride -> output).toList(),
        bins,
        offset,
        classes);
  }

  private boolean isJoined() {
    return heads.get(0).output().equals(distances.get(0));
  }

  @Override
  public String name() {
    return FORMAT.name();
  }

  @Override
  public List<String> outputs() {
    if (isJoined()) {
      return List.of(distances.get(0));
    }
    List<String> outputs = new ArrayList<>(heads.stream().map(Head::output).toList());
    outputs.addAll(distances);
    return outputs;
  }

  @Override
  public void write(Map<String, String> info) {
    if (isJoined()) {
      info.put("output", distances.get(0));
    } else {
      for (int i = 0; i < heads.size(); i++) {
        info.put(HeadList.key(i, "output"), heads.get(i).output());
        info.put(HeadList.key(i, "distances"), distances.get(i));
      }
    }
    HeadList.write(heads, info);
    info.put("bins", Integer.toString(bins));
    info.put("cell_offset", MetadataSection.text(offset));
  }

  @Override
  public DistributionHeads renamed(UnaryOperator<String> names) {
    return new DistributionHeads(
        HeadList.renamed(heads, names),
        distances.stream().map(names).toList(),
        bins,
        offset,
        classes);
  }

  /** The cells of a head; the last row or column may reach beyond the input. */
  private static Grid grid(InputSize input, Head head) {
    int stride = head.stride();
    return new Grid((input.height() + stride - 1) / stride, (input.width() + stride - 1) / stride);
  }

  @Override
  public HeadDecoder decoder(InputSize input, OutputShapes shapes) {
    List<Grid> grids = heads.stream().map(head -> grid(input, head)).toList();
    long sides = 4L * bins;
    if (isJoined()) {
      String output = distances.get(0);
      long cells = grids.stream().mapToLong(Grid::cells).sum();
      require(shapes, output, cells, classes + sides);
    } else {
      for (int i = 0; i < heads.size(); i++) {
        require(shapes, heads.get(i).output(), grids.get(i).cells(), classes);
        require(shapes, distances.get(i), grids.get(i).cells(), sides);
      }
    }
    return new Cells(this, grids);
  }

  private static void require(OutputShapes shapes, String output, long cells, long columns) {
    List<Long> shape = shapes.of(output);
    if (!shape.equals(List.of(1L, cells, columns))) {
      throw Grid.misfit(output, shape, "[1,%d,%d]".formatted(cells, columns));
    }
  }

  private static final class Cells implements HeadDecoder {
    private final DistributionHeads layout;
    private final List<Grid> grids;
    private final int bins;
    private final float[] row;
    private final float[] sides;

    Cells(DistributionHeads layout, List<Grid> grids) {
      this.layout = layout;
      this.grids = grids;
      this.bins = layout.bins;
      this.row = new float[layout.classes];
      this.sides = new float[4 * layout.bins];
    }

    @Override
    public void decode(List<FloatBuffer> tensors, float threshold, Candidates candidates) {
      boolean joined = layout.isJoined();
      int heads = grids.size();
      int before = 0;
      for (int h = 0; h < heads; h++) {
        FloatBuffer scores = tensors.get(joined ? 0 : h);
        FloatBuffer distances = tensors.get(joined ? 0 : heads + h);
        int cells = grids.get(h).cells();
        for (int cell = 0; cell < cells; cell++) {
          int at = (before + cell) * (joined ? row.length + sides.length : row.length);
          int c = best(scores, at, threshold);
          if (c >= 0) {
            float score = row[c];
            distances.get(joined ? at + row.length : cell * sides.length, sides, 0, sides.length);
            add(h, cell, score, c, candidates);
          }
        }
        before = joined ? before + cells : 0;
      }
    }

    /** The best class of those that pass, or -1. */
    private int best(FloatBuffer scores, int at, float threshold) {
      scores.get(at, row, 0, row.length);
      int best = -1;
      float most = threshold;
      for (int c = 0; c < row.length; c++) {
        if (row[c] >= most && (best < 0 || row[c] > most)) {
          most = row[c];
          best = c;
        }
      }
      return best;
    }

    private void add(int h, int cell, float score, int c, Candidates candidates) {
      int stride = layout.heads.get(h).stride();
      int columns = grids.get(h).columns();
      float x = (cell % columns + layout.offset) * stride;
      float y = (cell / columns + layout.offset) * stride;
      candidates.addCorners(
          x - distance(0) * stride,
          y - distance(1) * stride,
          x + distance(2) * stride,
          y + distance(3) * stride,
          score,
          c);
    }

    private float distance(int side) {
      float most = sides[side * bins];
      for (int i = 1; i < bins; i++) {
        most = Math.max(most, sides[side * bins + i]);
      }
      double sum = 0;
      double mean = 0;
      for (int i = 0; i < bins; i++) {
        double weight = Math.exp(sides[side * bins + i] - most);
        sum += weight;
        mean += i * weight;
      }
      return (float) (mean / sum);
    }
  }

  // ---- in the graph

  @Override
  public Optional<String> decodeInGraph(GraphWriter graph, InputSize input) {
    List<String> scores = new ArrayList<>();
    List<String> sides = new ArrayList<>();
    long count = heads.stream().mapToLong(head -> grid(input, head).cells()).sum();
    if (isJoined()) {
      String all = distances.get(0);
      scores.add(graph.slice(all, 2, 0, classes, 1, count, classes));
      sides.add(graph.slice(all, 2, classes, classes + 4L * bins, 1, count, 4L * bins));
    } else {
      heads.forEach(head -> scores.add(head.output()));
      sides.addAll(distances);
    }
    long[] columns = {1, 4, count};
    String distance = distances(graph, sides, count);
    String centres = graph.constant("points", new long[] {1, 2, count}, points(input, count, true));
    String strides =
        graph.constant("strides", new long[] {1, 1, count}, points(input, count, false));
    String far = graph.op("Mul", columns, distance, strides);
    long[] pairs = {1, 2, count};
    String first = graph.op("Sub", pairs, centres, graph.slice(far, 1, 0, 2, pairs));
    String second = graph.op("Add", pairs, centres, graph.slice(far, 1, 2, 4, pairs));
    String middle =
        graph.op(
            "Mul",
            pairs,
            graph.op("Add", pairs, first, second),
            graph.constant("half", new long[] {1}, 0.5f));
    String all = scores.size() == 1 ? scores.get(0) : graph.concat(scores, 1, 1, count, classes);
    return Optional.of(
        graph.concatLast(
            List.of(
                middle,
                graph.op("Sub", pairs, second, first),
                graph.transpose(all, new long[] {1, classes, count}, 0, 2, 1)),
            1,
            1,
            4 + classes,
            count));
  }

  /** Of each side the mean of its bins, {@code [1, 4, count]}, by two sums over exponentials. */
  private String distances(GraphWriter graph, List<String> sides, long count) {
    String all = sides.size() == 1 ? sides.get(0) : graph.concat(sides, 1, 1, count, 4L * bins);
    long[] flat = {count * 4, bins};
    String weights = graph.op("Exp", flat, graph.reshape(all, flat));
    float[] sums = new float[2 * bins];
    for (int i = 0; i < bins; i++) {
      sums[2 * i] = i;
      sums[2 * i + 1] = 1;
    }
    String both =
        graph.op(
            "MatMul",
            new long[] {count * 4, 2},
            weights,
            graph.constant("sums", new long[] {bins, 2}, sums));
    long[] one = {count * 4, 1};
    String mean =
        graph.op("Div", one, graph.slice(both, 1, 0, 1, one), graph.slice(both, 1, 1, 2, one));
    return graph.transpose(graph.reshape(mean, 1, count, 4), new long[] {1, 4, count}, 0, 2, 1);
  }

  /** For each cell its point, all x before all y; or its stride. */
  private float[] points(InputSize input, long count, boolean centres) {
    float[] numbers = new float[Math.toIntExact(centres ? 2 * count : count)];
    int at = 0;
    for (Head head : heads) {
      Grid grid = grid(input, head);
      for (int cell = 0; cell < grid.cells(); cell++, at++) {
        if (centres) {
          numbers[at] = (cell % grid.columns() + offset) * head.stride();
          numbers[(int) count + at] = (cell / grid.columns() + offset) * head.stride();
        } else {
          numbers[at] = head.stride();
        }
      }
    }
    return numbers;
  }

  private static final class Format implements LayoutFormat {

    @Override
    public String name() {
      return "distribution-heads";
    }

    @Override
    public HeadLayout read(MetadataSection info, int classes) {
      List<Head> heads =
          info.has("output") ? HeadList.read(info, info.text("output")) : HeadList.read(info);
      List<String> distances = new ArrayList<>();
      for (int i = 0; i < heads.size(); i++) {
        distances.add(
            info.has("output") ? info.text("output") : info.text(HeadList.key(i, "distances")));
      }
      return new DistributionHeads(
          heads, distances, info.whole("bins"), info.number("cell_offset", 0), classes);
    }
  }
}
