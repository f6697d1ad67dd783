package dev.ovkit.family;

import dev.ovkit.family.Recognition.Proposal;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.Head;
import dev.ovkit.layout.AnchorCoding;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.layout.YoloAnchors;
import dev.ovkit.onnx.Node;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Raw maps whose coding and anchors no graph shows, so that the caller must name the family: {@code
 * [1, na*(5+nc), H, W]} or {@code [1, na, H, W, 5+nc]}, one output a stride.
 *
 * @param preset the anchors of all heads, by the strides that they belong to
 */
record AnchoredMaps(
    String name,
    AnchorCoding coding,
    Preprocessing preprocessing,
    Map<List<Integer>, List<Anchor>> preset)
    implements DetectorFamily {

  private static final List<Integer> P5 = List.of(8, 16, 32);
  private static final List<Integer> P6 = List.of(8, 16, 32, 64);

  /** Those of Darknet's configurations too. */
  private static final List<Anchor> NINE = usual(P5);

  private static final List<Anchor> TWELVE = usual(P6);

  /** Those that are asked for by name alone. */
  static final List<AnchoredMaps> ALL =
      List.of(
          new AnchoredMaps(
              "YOLOv5",
              AnchorCoding.YOLOV5,
              Preprocessing.RGB_TO_UNIT,
              Map.of(P5, NINE, P6, TWELVE)),
          new AnchoredMaps(
              "YOLOv7",
              AnchorCoding.YOLOV5,
              Preprocessing.RGB_TO_UNIT,
              Map.of(
                  P5,
                  anchors(
                      12, 16, 19, 36, 40, 28, 36, 75, 76, 55, 72, 146, 142, 110, 192, 243, 459,
                      401),
                  P6,
                  TWELVE)),
          new AnchoredMaps(
              "YOLOv7-tiny", AnchorCoding.YOLOV5, Preprocessing.RGB_TO_UNIT, Map.of(P5, NINE)),
          new AnchoredMaps(
              "YOLOv3", AnchorCoding.YOLOV3, Preprocessing.AS_DARKNET, Map.of(P5, NINE)),
          new AnchoredMaps(
              "YOLOv3-tiny",
              AnchorCoding.YOLOV3,
              Preprocessing.AS_DARKNET,
              Map.of(
                  List.of(16, 32), anchors(10, 14, 23, 27, 37, 58, 81, 82, 135, 169, 344, 319))));

  AnchoredMaps {
    preset = Map.copyOf(preset);
  }

  /** With anchors of the caller, whatever the strides; without any, YOLOv5's. */
  static AnchoredMaps described(List<Anchor> anchors) {
    return new AnchoredMaps(
        "raw heads",
        AnchorCoding.YOLOV5,
        Preprocessing.USUAL,
        anchors.isEmpty() ? ALL.get(0).preset() : Map.of(List.of(), anchors));
  }

  /** The names that fit a graph's maps, as flags. */
  static List<Proposal> proposals(DetectorGraph detector) {
    List<Integer> strides = maps(detector).stream().map(Branch::stride).toList();
    if (strides.isEmpty()) {
      return List.of();
    }
    List<Proposal> flags = new ArrayList<>();
    for (AnchoredMaps family : ALL) {
      if (family.preset().containsKey(strides)) {
        flags.add(
            new Proposal(
                "--family " + family.name().toLowerCase(Locale.ROOT),
                "raw maps with the coding and anchors of " + family.name()));
      }
    }
    flags.add(
        new Proposal(
            "--layout raw-heads --anchors 'W,H W,H …'", "raw maps with anchors of your own"));
    return flags;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    List<Branch> maps = maps(detector);
    if (maps.isEmpty()) {
      return decoded(detector);
    }
    List<Integer> strides = maps.stream().map(Branch::stride).toList();
    List<Anchor> anchors = preset.getOrDefault(strides, preset.getOrDefault(List.of(), List.of()));
    if (anchors.isEmpty() || anchors.size() % maps.size() != 0) {
      return Optional.of(
          Recognition.settled(
              "it has maps of strides %s, for which %s has no anchors; give them with --layout raw-heads --anchors"
                  .formatted(strides, name)));
    }
    int each = anchors.size() / maps.size();
    int channels = maps.get(0).channels();
    if (channels % each != 0 || channels / each < 6) {
      return Optional.of(
          Recognition.settled(
              "its maps have %d channels, which is not %d anchors x (5 + classes)"
                  .formatted(channels, each)));
    }
    List<Head> heads = new ArrayList<>();
    for (int i = 0; i < maps.size(); i++) {
      Branch map = maps.get(i);
      heads.add(new Head(map.tensor(), map.stride(), anchors.subList(i * each, (i + 1) * each)));
    }
    return FoundLayout.of(
            this,
            new RawHeads(coding, heads, channels / each - 5),
            "raw maps, coded as %s does; %d anchors a cell"
                .formatted(coding == AnchorCoding.YOLOV3 ? "YOLOv3" : "YOLOv5", each))
        .with("its raw maps", model -> model)
        .recognised();
  }

  /** What decodes its boxes itself holds its anchors, and YOLOv5 reads it. */
  private Optional<Recognition> decoded(DetectorGraph detector) {
    return coding == AnchorCoding.YOLOV5
        ? new Yolov5()
            .recognise(detector)
            .filter(
                found ->
                    found.detector().stream()
                        .flatMap(d -> d.heads().stream())
                        .noneMatch(head -> head.anchors().isEmpty()))
        : Optional.empty();
  }

  /** The last convolutions, if every output is one of them, by itself or with its cells last. */
  private static List<Branch> maps(DetectorGraph detector) {
    Map<String, Branch> byTensor = new LinkedHashMap<>();
    detector.branches().stream()
        .filter(branch -> branch.stride() > 1)
        .forEach(branch -> byTensor.put(branch.tensor(), branch));
    List<Branch> maps = new ArrayList<>();
    for (String output : detector.graph().outputs()) {
      Branch map = byTensor.get(origin(detector, output));
      if (map == null || maps.contains(map)) {
        return List.of();
      }
      maps.add(map);
    }
    boolean alike = maps.stream().allMatch(map -> map.channels() == maps.get(0).channels());
    if (maps.size() < 2 || !alike || !Branch.haveDistinctStrides(maps)) {
      return List.of();
    }
    return maps.stream().sorted(Comparator.comparingInt(Branch::stride)).toList();
  }

  /** Goes back through what splits {@code [1, na*(5+nc), H, W]} and moves its columns last. */
  private static String origin(DetectorGraph detector, String output) {
    String tensor = output;
    Node node = detector.graph().producer(tensor);
    while (node != null && (node.is("Transpose") || node.is("Reshape") || node.is("Identity"))) {
      Shape shape = detector.graph().shape(node.output());
      if (shape == null || shape.rank() < 4) {
        return output;
      }
      tensor = node.input(0);
      node = detector.graph().producer(tensor);
    }
    return tensor;
  }

  private static List<Anchor> usual(List<Integer> strides) {
    return Objects.requireNonNull(YoloAnchors.usual(strides)).stream()
        .flatMap(List::stream)
        .toList();
  }

  private static List<Anchor> anchors(int... sides) {
    List<Anchor> anchors = new ArrayList<>();
    for (int i = 0; i < sides.length; i += 2) {
      anchors.add(new Anchor(sides[i], sides[i + 1]));
    }
    return anchors;
  }
}
