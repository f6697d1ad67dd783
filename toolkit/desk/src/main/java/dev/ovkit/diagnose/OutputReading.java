package dev.ovkit.diagnose;

import dev.ovkit.head.Anchor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the numbers that come out of an IR are taken for.
 *
 * @param blocks the heads, in the order that they have in memory
 * @param order where in a head's memory a number is
 * @param classes their number
 * @param objectness whether there is a column for it
 * @param sigmoid how many sigmoids the graph has applied
 * @param decoding what the graph has left to do for a box
 * @param box what the four columns of a box are
 * @param score how a score is made
 * @param classShift added to a class number
 */
record OutputReading(
    List<Block> blocks,
    Order order,
    int classes,
    boolean objectness,
    Sigmoid sigmoid,
    Decoding decoding,
    BoxColumns box,
    Score score,
    int classShift) {

  /** How candidates (a: anchor, y, x: cell) and their columns (c) follow each other in memory. */
  enum Order {
    /** {@code [a, y, x, c]}: rows, as YOLOv5 and YOLOX join them. */
    ROWS("rows by anchor, grid row, grid column"),
    /** {@code [y, x, a, c]}: channel-last maps. */
    ROWS_CELL_FIRST("rows by cell, then anchor (channel-last maps)"),
    /** {@code [y, x, c, a]}: channel-last maps, anchors innermost. */
    ROWS_ANCHOR_LAST("channel-last maps with the anchor innermost"),
    /** {@code [a, x, y, c]}: rows and columns of the grid exchanged. */
    ROWS_TURNED("rows by anchor, grid column, grid row"),
    /** {@code [a, c, y, x]} a head: maps as a convolution makes them. */
    PLANES("planes of each head, as a convolution makes them"),
    /** {@code [c, a, y, x]} a head. */
    PLANES_ANCHOR_SECOND("planes of each head, the anchor after the column"),
    /** {@code [a, c, x, y]} a head. */
    PLANES_TURNED("planes of each head, rows and columns swapped"),
    /** {@code [c, candidate]} over all heads. */
    COLUMNS("transposed, [5+nc, N]");

    final String title;

    Order(String title) {
      this.title = title;
    }
  }

  enum Sigmoid {
    NONE("logits: a sigmoid still has to be applied"),
    ONCE("sigmoids already"),
    TWICE("sigmoids of sigmoids: one must be undone");

    final String title;

    Sigmoid(String title) {
      this.title = title;
    }
  }

  enum Decoding {
    PIXELS("boxes in pixels: grid and anchors are applied inside"),
    UNIT("boxes in 0..1 of the input"),
    CELLS("boxes in cells: the stride still has to be applied"),
    YOLOV5("YOLOv5's grid and anchors still have to be applied"),
    YOLOX("YOLOX's grid still has to be applied"),
    YOLOV5_SIZE("centres in pixels, without YOLOv5's anchors"),
    YOLOX_SIZE("centres in pixels, sizes without YOLOX's exp"),
    YOLOV5_TWICE("YOLOv5's grid and anchors were applied twice inside: one time must be undone");

    final String title;

    Decoding(String title) {
      this.title = title;
    }

    boolean needsAnchors() {
      return this == YOLOV5 || this == YOLOV5_SIZE || this == YOLOV5_TWICE;
    }
  }

  enum BoxColumns {
    CENTRE_SIZE("x, y, width, height (centre)"),
    SIZE_EXCHANGED("x, y, height, width"),
    CENTRE_EXCHANGED("y, x, width, height"),
    BOTH_EXCHANGED("y, x, height, width"),
    CORNERS("left, top, right, bottom"),
    CORNER_SIZE("left, top, width, height");

    final String title;

    BoxColumns(String title) {
      this.title = title;
    }
  }

  enum Score {
    PRODUCT("objectness times class"),
    CLASS("the class alone"),
    OBJECTNESS("objectness alone");

    final String title;

    Score(String title) {
      this.title = title;
    }
  }

  OutputReading {
    blocks = List.copyOf(blocks);
  }

  /** Numbers a candidate. */
  int columns() {
    return classes + (objectness ? 5 : 4);
  }

  /** Returns where in its output a number of a block is. */
  Place place(Block block) {
    Place place = anyPlace(block);
    // The step between anchors means nothing where there is one; so that equal places are equal.
    return block.anchors() > 1
        ? place
        : new Place(place.start(), 0, place.column(), place.row(), place.cell());
  }

  private Place anyPlace(Block block) {
    int ch = columns();
    int na = block.anchors();
    int h = block.rows();
    int w = block.columns();
    int start = block.first() * ch;
    return switch (order) {
      case ROWS -> new Place(start, h * w * ch, 1, w * ch, ch);
      case ROWS_CELL_FIRST -> new Place(start, ch, 1, w * na * ch, na * ch);
      case ROWS_ANCHOR_LAST -> new Place(start, 1, na, w * na * ch, na * ch);
      case ROWS_TURNED -> new Place(start, h * w * ch, 1, ch, h * ch);
      case PLANES -> new Place(start, ch * h * w, h * w, w, 1);
      case PLANES_ANCHOR_SECOND -> new Place(start, h * w, na * h * w, w, 1);
      case PLANES_TURNED -> new Place(start, ch * h * w, h * w, 1, h);
      case COLUMNS -> new Place(block.first(), h * w, candidatesIn(block.tensor()), w, 1);
    };
  }

  /** A number is at {@code start + a*anchor + c*column + y*row + x*cell}. */
  record Place(int start, int anchor, int column, int row, int cell) {}

  private int candidatesIn(int tensor) {
    return blocks.stream().filter(b -> b.tensor() == tensor).mapToInt(Block::candidates).sum();
  }

  /** Returns whether each head has an output of its own. */
  boolean isSplit() {
    return blocks.stream().mapToInt(Block::tensor).distinct().count() == blocks.size();
  }

  /** Returns the blocks by rising stride. */
  List<Block> byStride() {
    return blocks.stream().sorted(Comparator.comparingInt(Block::stride)).toList();
  }

  /** The heads in another order in memory, in one output. */
  OutputReading withBlocksInOrder(List<Block> changed) {
    List<Block> placed = new ArrayList<>();
    int first = 0;
    for (Block block : changed) {
      placed.add(block.withFirst(first));
      first += block.candidates();
    }
    return withBlocks(placed);
  }

  /** Other anchors, by rising stride. */
  OutputReading withPriors(List<List<Anchor>> byStride) {
    List<Block> sorted = byStride();
    List<Block> changed = new ArrayList<>();
    for (Block block : blocks) {
      changed.add(block.withPriors(byStride.get(sorted.indexOf(block))));
    }
    return withBlocks(changed);
  }

  OutputReading withBlocks(List<Block> changed) {
    return new OutputReading(
        changed, order, classes, objectness, sigmoid, decoding, box, score, classShift);
  }

  OutputReading with(Order changed) {
    return new OutputReading(
        blocks, changed, classes, objectness, sigmoid, decoding, box, score, classShift);
  }

  OutputReading with(Sigmoid changed) {
    return new OutputReading(
        blocks, order, classes, objectness, changed, decoding, box, score, classShift);
  }

  OutputReading with(Decoding changed) {
    return new OutputReading(
        blocks, order, classes, objectness, sigmoid, changed, box, score, classShift);
  }

  OutputReading with(BoxColumns changed) {
    return new OutputReading(
        blocks, order, classes, objectness, sigmoid, decoding, changed, score, classShift);
  }

  OutputReading with(Score changed) {
    return new OutputReading(
        blocks, order, classes, objectness, sigmoid, decoding, box, changed, classShift);
  }

  OutputReading withClassShift(int changed) {
    return new OutputReading(
        blocks, order, classes, objectness, sigmoid, decoding, box, score, changed);
  }
}
