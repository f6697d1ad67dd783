package dev.ovkit.metadata;

import dev.ovkit.ModelException;
import dev.ovkit.ir.MetadataSection;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link DetectorSpec} as the text values of an IR's {@code rt_info/ovkit}, in both directions.
 *
 * <p>Keys: {@code layout} and {@code classes}, then those of the layout (see its {@code write}),
 * {@code input_width}, {@code input_height}, {@code input_colour} ({@code BGR}, {@code RGB}),
 * {@code mean_at_load}, {@code scale_at_load}, {@code resize} ({@code centre}, {@code top-left},
 * {@code stretch}, {@code centre-crop}), {@code interpolation} (absent or {@code bicubic}), {@code
 * pad_value}, {@code labels} (joined by commas, with {@code ,} and {@code %} percent-encoded),
 * {@code confidence_threshold}, {@code iou_threshold}. The section may hold other keys; they are
 * not read here.
 */
public final class DetectorMetadata {

  /** The key under which an IR says that it was converted without a way to read boxes. */
  public static final String DECODING = "decoding";

  /** The only value of {@link #DECODING}. */
  public static final String NONE = "none";

  private static final int MOST_HEADS = 16;

  /** Returns the text values of a detector, sorted by key; the same detector, the same map. */
  public static Map<String, String> write(DetectorSpec spec) {
    Map<String, String> info = new TreeMap<>();
    HeadLayout layout = spec.layout();
    info.put("classes", Integer.toString(layout.classes()));
    info.put("layout", layout.name());
    layout.write(info);
    info.put("input_width", Integer.toString(spec.inputWidth()));
    info.put("input_height", Integer.toString(spec.inputHeight()));
    info.put("input_colour", spec.inputColour().name());
    if (!spec.normalization().mean().isEmpty()) {
      info.put("mean_at_load", text(spec.normalization().mean()));
    }
    if (!spec.normalization().scale().isEmpty()) {
      info.put("scale_at_load", text(spec.normalization().scale()));
    }
    info.put("resize", spec.resize().mode().word());
    if (spec.resize().interpolation() == Resize.Interpolation.BICUBIC) {
      info.put("interpolation", "bicubic");
    }
    info.put("pad_value", Integer.toString(spec.resize().padValue()));
    if (!spec.labels().isEmpty()) {
      info.put("labels", writeLabels(spec.labels()));
    }
    info.put("confidence_threshold", text(spec.confidenceThreshold()));
    info.put("iou_threshold", text(spec.iouThreshold()));
    return info;
  }

  /** Returns whether a section describes a detector. */
  public static boolean describes(Map<String, String> info) {
    return info.containsKey("layout");
  }

  /**
   * Reads a detector back.
   *
   * @param info the section, without its prefix
   * @param source what to call the file in a message
   * @param layouts those that can be read
   * @throws ModelException when a value is missing or makes no sense
   */
  public static DetectorSpec read(
      Map<String, String> info, String source, List<LayoutFormat> layouts) {
    try {
      return spec(new MetadataSection(info, source), layouts);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          "%s: its ovkit metadata contradicts itself: %s; convert the model again"
              .formatted(source, e.getMessage()),
          e);
    }
  }

  /** Joins labels by commas; {@code ,} and {@code %} within one are percent-encoded. */
  public static String writeLabels(List<String> labels) {
    List<String> encoded = new ArrayList<>();
    for (String label : labels) {
      encoded.add(label.replace("%", "%25").replace(",", "%2C"));
    }
    return String.join(",", encoded);
  }

  private static String text(float value) {
    return MetadataSection.text(value);
  }

  private static String text(List<Float> values) {
    return String.join(",", values.stream().map(MetadataSection::text).toList());
  }

  private static DetectorSpec spec(MetadataSection info, List<LayoutFormat> layouts) {
    return new DetectorSpec(
        info.whole("input_width"),
        info.whole("input_height"),
        colour(info),
        new Normalization(info.numbers("mean_at_load"), info.numbers("scale_at_load")),
        new Resize(mode(info), info.whole("pad_value"), interpolation(info)),
        layout(info, layouts),
        labels(info.info().getOrDefault("labels", "")),
        info.number("confidence_threshold", DetectorSpec.DEFAULT_CONFIDENCE),
        info.number("iou_threshold", DetectorSpec.DEFAULT_IOU));
  }

  private static HeadLayout layout(MetadataSection info, List<LayoutFormat> layouts) {
    int classes = info.whole("classes");
    String name = info.text("layout");
    for (LayoutFormat layout : layouts) {
      if (layout.name().equals(name)) {
        return layout.read(info, classes);
      }
    }
    List<String> known = layouts.stream().map(LayoutFormat::name).toList();
    throw info.wrong(
        "layout",
        String.join(", ", known.subList(0, known.size() - 1))
            + " or "
            + known.get(known.size() - 1));
  }

  private static List<String> labels(String value) {
    List<String> labels = new ArrayList<>();
    if (!value.isEmpty()) {
      for (String label : value.split(",", -1)) {
        // '+' is a blank to the decoder of URLs, and a plus to us.
        labels.add(URLDecoder.decode(label.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    }
    return labels;
  }

  private static Colour colour(MetadataSection info) {
    return switch (info.text("input_colour")) {
      case "BGR" -> Colour.BGR;
      case "RGB" -> Colour.RGB;
      default -> throw info.wrong("input_colour", "BGR or RGB");
    };
  }

  private static Resize.Mode mode(MetadataSection info) {
    String word = info.text("resize");
    for (Resize.Mode mode : Resize.Mode.values()) {
      if (mode.word().equals(word)) {
        return mode;
      }
    }
    throw info.wrong("resize", "centre, top-left, stretch or centre-crop");
  }

  /** Absent where it is linear, as everywhere before ovkit knew another. */
  private static Resize.Interpolation interpolation(MetadataSection info) {
    return switch (info.textOrEmpty("interpolation")) {
      case "", "linear" -> Resize.Interpolation.LINEAR;
      case "bicubic" -> Resize.Interpolation.BICUBIC;
      default -> throw info.wrong("interpolation", "linear or bicubic");
    };
  }

  private DetectorMetadata() {}
}
