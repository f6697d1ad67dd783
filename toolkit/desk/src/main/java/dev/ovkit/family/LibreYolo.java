package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.model.Resize;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Detectors as LibreYOLO exports them: x1, y1, x2, y2 in pixels and a score for each class, in one
 * output or two. Its metadata says of which family they are. Rows that the graph suppressed are
 * left out where the candidates are there too.
 */
public final class LibreYolo implements DetectorFamily {

  private static final Resize TOP_LEFT = new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, 114);

  /** By what it notes as {@code model_family}. */
  private static final Map<String, Preprocessing> FAMILIES =
      Map.of(
          "yolo9",
          Preprocessing.RGB_TO_UNIT.with(TOP_LEFT),
          "rtmdet",
          Preprocessing.BGR_AS_IMAGENET.with(TOP_LEFT),
          "picodet",
          Preprocessing.STRETCHED_AS_IMAGENET,
          "ppyoloe",
          Preprocessing.STRETCHED_AS_IMAGENET);

  @Override
  public String name() {
    return "LibreYOLO";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT.with(TOP_LEFT);
  }

  @Override
  public boolean reads(Map<String, String> notes) {
    return notes.getOrDefault("task", "detect").equals("detect")
        && FAMILIES.containsKey(notes.getOrDefault("model_family", ""));
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    Preprocessing preprocessing = FAMILIES.get(detector.noted("model_family"));
    if (preprocessing == null || detector.noted("libreyolo_version").isEmpty()) {
      return Optional.empty();
    }
    return layout(detector)
        .flatMap(
            layout ->
                FoundLayout.of(
                        this,
                        layout,
                        "%s: x1, y1, x2, y2 in pixels, and %d scores done"
                            .formatted(detector.noted("model_family"), layout.classes()))
                    .with(preprocessing)
                    .recognised());
  }

  private static Optional<BoxesAndScores> layout(DetectorGraph detector) {
    Optional<BoxesAndScores> apart =
        SplitOutputs.of(detector)
            .map(
                o ->
                    new BoxesAndScores(
                        o.boxes(),
                        o.scores(),
                        BoxForm.CORNER_PIXELS,
                        o.classesFirst(),
                        false,
                        false,
                        o.classes()));
    // With nms=True the suppressed rows stand beside what they were chosen from.
    List<String> raw =
        detector.graph().outputs().stream()
            .filter(
                o -> detector.before(o).stream().noneMatch(node -> node.is("NonMaxSuppression")))
            .toList();
    Shape shape = raw.size() == 1 ? detector.outputShape(raw.get(0)) : null;
    if (apart.isPresent() || shape == null || shape.rank() != 3) {
      return apart;
    }
    String output = raw.get(0);
    int noted =
        detector.labels().isEmpty() ? number(detector.noted("nc")) : detector.labels().size();
    boolean rows = shape.dimension(2) == 4L + noted;
    return noted > 0 && (rows || shape.dimension(1) == 4L + noted)
        ? Optional.of(BoxesAndScores.joined(output, BoxForm.CORNER_PIXELS, !rows, false, noted))
        : Optional.empty();
  }

  private static int number(String text) {
    return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
  }
}
