package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.StandardInput;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Families of detectors, to be looked for in this order.
 *
 * <p>It starts from the last convolutions of a graph, those from which a way leads to an output
 * through no other convolution; each family asks what shape they have, at which stride, and how
 * they are joined. Neither names nor the order of nodes count.
 */
public record Families(List<DetectorFamily> inOrder) {

  /** All that ovkit knows. */
  public static final Families ALL =
      new Families(
          List.of(
              new LibreYolo(),
              new Yolov4(),
              new Yolov5(),
              new Yolox(),
              new Yolov8(),
              new Yolov6(),
              new EndToEndYolo(),
              new YoloSegment(),
              new YoloPose(),
              new YoloRotated(),
              new YoloClassify(),
              new RtDetr(),
              new DetrQueries(),
              new UltralyticsRtDetr(),
              new PicoDet(),
              new NanoDetPlus(),
              new Paddle(),
              new YoloNas(),
              new MmDetection(),
              new GraphNms()));

  /** The names by which {@link #named} finds families, in order. */
  public static List<String> names() {
    return Stream.concat(ALL.inOrder.stream(), AnchoredMaps.ALL.stream())
        .map(Families::word)
        .distinct()
        .toList();
  }

  /** A family's name as it is typed, such as {@code yolov7-tiny}. */
  private static String word(DetectorFamily family) {
    return family.name().toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  /** The families of a name, those that no graph shows after the others. */
  Families named(String name) {
    return new Families(
        Stream.concat(inOrder.stream(), AnchoredMaps.ALL.stream())
            .filter(family -> word(family).equals(name))
            .toList());
  }

  /** Keeps the number of cells countable. */
  private static final long MAX_SIDE = 1 << 15;

  public Families {
    inOrder = List.copyOf(inOrder);
  }

  /**
   * What kind of detector a model is, found from its graph and from what its exporter noted. An
   * open batch is taken to be 1, and an input of another form to have the usual one.
   */
  public Recognition recognise(OnnxModel model) {
    return recognise(PictureInput.of(model));
  }

  /** The same for a model whose other inputs were fixed. */
  public Recognition recognise(PictureInput whole) {
    StandardInput standard = StandardInput.of(whole.model());
    if (standard.refusal().isPresent()) {
      return Recognition.settled(standard.refusal().get());
    }
    PictureInput input = whole.with(standard.model());
    List<TensorInfo> inputs = input.model().inputs();
    Shape picture = inputs.size() == 1 ? inputs.get(0).shape() : null;
    if (picture != null && picture.rank() == 4 && picture.dimension(0) == Shape.UNKNOWN) {
      Shape one = Shape.of(1, picture.dimension(1), picture.dimension(2), picture.dimension(3));
      if (one.isStatic()) {
        return closed(input.withShape(one));
      }
    }
    return closed(input);
  }

  private Recognition closed(PictureInput fixed) {
    Graph graph = fixed.model().graph();
    Optional<String> foreign = Foreign.operators(graph);
    if (foreign.isPresent()) {
      return Recognition.settled(foreign.get());
    }
    if (graph.inputs().size() != 1) {
      return Recognition.settled(
          "it has %d inputs (%s), where a detector has one picture"
              .formatted(graph.inputs().size(), String.join(", ", graph.inputs())));
    }
    String input = graph.inputs().iterator().next();
    Shape picture = graph.shape(input);
    if (picture == null || picture.rank() != 4) {
      return Recognition.refused("its input '" + input + "' is no picture 1x3xHxW but " + picture);
    }
    if (picture.dimension(1) != 3) {
      return Recognition.refused(
          "its input '%s' is %s: a picture has 3 channels, or 1 where it is grey"
              .formatted(input, picture));
    }
    if (picture.dimension(2) == Shape.UNKNOWN || picture.dimension(3) == Shape.UNKNOWN) {
      return Recognition.refused("the size of its input is left open (" + picture + ")");
    }
    if (picture.dimension(2) > MAX_SIDE || picture.dimension(3) > MAX_SIDE) {
      return Recognition.refused("its input is larger than any picture (" + picture + ")");
    }
    DetectorGraph detector = new DetectorGraph(fixed, graph, picture);
    Map<String, String> notes = fixed.model().metadata();
    List<DetectorFamily> asked = inOrder.stream().filter(family -> family.reads(notes)).toList();
    return first(asked, DetectorFamily::recognise, detector)
        .or(() -> first(asked, DetectorFamily::guess, detector))
        .orElseGet(() -> Foreign.unread(notes, detector))
        .proposing(new Proposals(detector)::all);
  }

  /** The first family that finds a detector; else the first that says why it does not. */
  private static Optional<Recognition> first(
      List<DetectorFamily> families,
      BiFunction<DetectorFamily, DetectorGraph, Optional<Recognition>> look,
      DetectorGraph graph) {
    List<Recognition> all =
        families.stream().flatMap(family -> look.apply(family, graph).stream()).toList();
    return all.stream()
        .filter(Recognition::isDetector)
        .findFirst()
        .or(() -> all.stream().findFirst());
  }
}
