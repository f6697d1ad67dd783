package dev.ovkit.family;

import dev.ovkit.OptionException;
import dev.ovkit.head.Anchor;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.model.Colour;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What the caller says a model is, where its graph does not: its family by name, or its layout by
 * hand.
 *
 * @param family one of {@link Families#names}; empty leaves it to the graph
 * @param layout one of {@link #LAYOUTS}; empty leaves it to the graph
 * @param corners whether a box is x1, y1, x2, y2, not its centre and size
 * @param normalised whether boxes are shares of the input, not pixels
 * @param logits whether scores still need a sigmoid
 * @param suppressed whether the network leaves one box an object
 * @param classes where no shape says how many there are
 * @param classesFromOne whether the rows of an end-to-end model call their first class 1
 * @param anchors of raw heads, by rising stride; empty takes the usual ones
 * @param colour the order of channels that the model is trained on; empty takes the family's
 */
public record ModelDescription(
    String family,
    String layout,
    Optional<Boolean> corners,
    boolean normalised,
    boolean logits,
    boolean suppressed,
    OptionalInt classes,
    boolean classesFromOne,
    List<Anchor> anchors,
    Optional<Colour> colour) {

  /** The layouts that can be described by hand. */
  public static final List<String> LAYOUTS =
      List.of("boxes-and-scores", "end-to-end", "flat-rows", "raw-heads");

  /** Nothing is said. */
  public static final ModelDescription NONE = family("");

  public ModelDescription {
    anchors = List.copyOf(anchors);
    if (!family.isEmpty() && !layout.isEmpty()) {
      throw new OptionException(
          "family '%s' and layout '%s': a family has its layout; give one of them"
              .formatted(family, layout));
    }
    if (!family.isEmpty() && !Families.names().contains(family)) {
      throw new OptionException(
          "family '%s': expected one of %s".formatted(family, String.join(", ", Families.names())));
    }
    if (!layout.isEmpty() && !LAYOUTS.contains(layout)) {
      throw new OptionException(
          "layout '%s': expected one of %s".formatted(layout, String.join(", ", LAYOUTS)));
    }
    boolean details =
        corners.isPresent()
            || normalised
            || logits
            || suppressed
            || classes.isPresent()
            || classesFromOne
            || !anchors.isEmpty();
    if (layout.isEmpty() && details) {
      throw new OptionException(
          "boxes, scores, classes and anchors describe a layout; name it with --layout");
    }
    if (classesFromOne && !layout.equals("end-to-end")) {
      throw new OptionException(
          "layout '%s': only the rows of end-to-end hold class numbers, which may start at 1"
              .formatted(layout));
    }
  }

  /** Says its family alone. */
  public static ModelDescription family(String name) {
    return new ModelDescription(
        name,
        "",
        Optional.empty(),
        false,
        false,
        false,
        OptionalInt.empty(),
        false,
        List.of(),
        Optional.empty());
  }

  /** Says the order of channels too. */
  public ModelDescription trainedOn(Colour order) {
    return new ModelDescription(
        family,
        layout,
        corners,
        normalised,
        logits,
        suppressed,
        classes,
        classesFromOne,
        anchors,
        Optional.of(order));
  }

  /** Whether the graph alone says what is found, and how. */
  public boolean isEmpty() {
    return family.isEmpty() && layout.isEmpty();
  }

  /** The families in which such a model is looked for. */
  public Families among(Families all) {
    if (!layout.isEmpty()) {
      return new Families(List.of(new ByHand(this)));
    }
    return family.isEmpty() ? all : all.named(family);
  }

  /** Reads what {@link #write} gave. */
  public static ModelDescription read(Map<String, String> info, String source) {
    MetadataSection section = new MetadataSection(info, source);
    List<Anchor> anchors = new ArrayList<>();
    String pairs = section.textOrEmpty("described_anchors");
    for (String pair : pairs.isEmpty() ? new String[0] : pairs.split(" ", -1)) {
      String[] sides = pair.split(",", -1);
      if (sides.length != 2) {
        throw section.wrong("described_anchors", "pairs such as 10,13 16,30");
      }
      anchors.add(
          new Anchor(
              section.number("described_anchors", sides[0]),
              section.number("described_anchors", sides[1])));
    }
    String boxes = section.textOrEmpty("described_boxes");
    return new ModelDescription(
        section.textOrEmpty("described_family"),
        section.textOrEmpty("described_layout"),
        boxes.isEmpty() ? Optional.empty() : Optional.of(boxes.equals("xyxy")),
        info.containsKey("described_normalised"),
        info.containsKey("described_logits"),
        info.containsKey("described_suppressed"),
        info.containsKey("described_classes")
            ? OptionalInt.of(section.whole("described_classes"))
            : OptionalInt.empty(),
        info.containsKey("described_first_class"),
        anchors,
        colour(section));
  }

  private static Optional<Colour> colour(MetadataSection section) {
    String word = section.textOrEmpty("described_colour");
    return switch (word) {
      case "" -> Optional.empty();
      case "BGR", "RGB" -> Optional.of(Colour.valueOf(word));
      default -> throw section.wrong("described_colour", "BGR or RGB");
    };
  }

  /** As an IR and a manifest keep it; nothing where nothing is said. */
  public Map<String, String> write() {
    Map<String, String> info = new LinkedHashMap<>();
    put(info, "family", family);
    put(info, "layout", layout);
    corners.ifPresent(yes -> put(info, "boxes", yes ? "xyxy" : "cxcywh"));
    put(info, "normalised", normalised ? "true" : "");
    put(info, "logits", logits ? "true" : "");
    put(info, "suppressed", suppressed ? "true" : "");
    classes.ifPresent(count -> put(info, "classes", Integer.toString(count)));
    put(info, "first_class", classesFromOne ? "1" : "");
    put(
        info,
        "anchors",
        anchors.stream()
            .map(a -> MetadataSection.text(a.width()) + "," + MetadataSection.text(a.height()))
            .collect(Collectors.joining(" ")));
    colour.ifPresent(order -> put(info, "colour", order.name()));
    return info;
  }

  private static void put(Map<String, String> info, String key, String value) {
    if (!value.isEmpty()) {
      info.put("described_" + key, value);
    }
  }
}
