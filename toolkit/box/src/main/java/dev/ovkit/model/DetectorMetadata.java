package dev.ovkit.model;

import dev.ovkit.ModelException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link DetectorSpec} as the text values that stand in an IR's {@code rt_info/ovkit}, in both
 * directions.
 *
 * <p>Keys: {@code layout} ({@code raw-heads}, {@code lazy-heads}, {@code flat-rows}, {@code
 * flat-columns}), {@code classes}, {@code output} (flat layouts), {@code head_<i>_output}, {@code
 * head_<i>_features} and {@code head_<i>_channels} (lazy heads), {@code head_<i>_stride}, {@code
 * head_<i>_anchors} ({@code "10,13 16,30 33,23"}), {@code box_coding} ({@code pixels}, {@code
 * yolov5-sigmoid}, {@code yolox}), {@code logits}, {@code input_width}, {@code input_height},
 * {@code input_colour} ({@code BGR}, {@code RGB}), {@code mean_at_load}, {@code scale_at_load},
 * {@code resize} ({@code centre}, {@code top-left}, {@code stretch}), {@code pad_value}, {@code
 * labels} (joined by commas, with {@code ,} and {@code %} percent-encoded), {@code
 * confidence_threshold}, {@code iou_threshold}. The section may hold other keys; they are not read
 * here.
 */
public final class DetectorMetadata {

  /** The section of {@code rt_info} that is ovkit's. */
  public static final String SECTION = "ovkit";

  private static final int MOST_HEADS = 16;

  /** Returns the text values of a detector, sorted by key; the same detector, the same map. */
  public static Map<String, String> write(DetectorSpec spec) {
    Map<String, String> info = new TreeMap<>();
    HeadLayout layout = spec.layout();
    info.put("classes", Integer.toString(layout.classes()));
    if (layout instanceof HeadLayout.RawHeads raw) {
      info.put("layout", "raw-heads");
      for (int i = 0; i < raw.heads().size(); i++) {
        info.put(key(i, "output"), raw.heads().get(i).output());
      }
      writeHeads(raw.heads(), info);
    } else if (layout instanceof HeadLayout.LazyHeads lazy) {
      info.put("layout", "lazy-heads");
      for (int i = 0; i < lazy.heads().size(); i++) {
        HeadLayout.LazyHead head = lazy.heads().get(i);
        info.put(key(i, "output"), head.head().output());
        info.put(key(i, "features"), head.features());
        info.put(key(i, "channels"), Integer.toString(head.channels()));
      }
      writeHeads(lazy.heads().stream().map(HeadLayout.LazyHead::head).toList(), info);
    } else if (layout instanceof HeadLayout.FlatRows rows) {
      info.put("layout", "flat-rows");
      info.put("output", rows.output());
      info.put("box_coding", text(rows.boxes()));
      info.put("logits", Boolean.toString(rows.logits()));
      writeHeads(rows.heads(), info);
    } else if (layout instanceof HeadLayout.FlatColumns columns) {
      info.put("layout", "flat-columns");
      info.put("output", columns.output());
    }
    info.put("input_width", Integer.toString(spec.inputWidth()));
    info.put("input_height", Integer.toString(spec.inputHeight()));
    info.put("input_colour", spec.inputColour().name());
    if (!spec.normalization().mean().isEmpty()) {
      info.put("mean_at_load", text(spec.normalization().mean()));
    }
    if (!spec.normalization().scale().isEmpty()) {
      info.put("scale_at_load", text(spec.normalization().scale()));
    }
    info.put("resize", text(spec.resize().mode()));
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
   * @throws ModelException when a value is missing or makes no sense
   */
  public static DetectorSpec read(Map<String, String> info, String source) {
    Reader reader = new Reader(info, source);
    try {
      return reader.spec();
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

  private static void writeHeads(List<Head> heads, Map<String, String> info) {
    for (int i = 0; i < heads.size(); i++) {
      info.put(key(i, "stride"), Integer.toString(heads.get(i).stride()));
      if (!heads.get(i).anchors().isEmpty()) {
        List<String> anchors = new ArrayList<>();
        for (Anchor anchor : heads.get(i).anchors()) {
          anchors.add(text(anchor.width()) + "," + text(anchor.height()));
        }
        info.put(key(i, "anchors"), String.join(" ", anchors));
      }
    }
  }

  private static String key(int head, String what) {
    return "head_" + head + "_" + what;
  }

  private static String text(float value) {
    return value == (int) value ? Integer.toString((int) value) : Float.toString(value);
  }

  private static String text(List<Float> values) {
    return String.join(",", values.stream().map(DetectorMetadata::text).toList());
  }

  private static String text(BoxCoding coding) {
    return coding.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String text(Resize.Mode mode) {
    return switch (mode) {
      case LETTERBOX_CENTRE -> "centre";
      case LETTERBOX_TOP_LEFT -> "top-left";
      case STRETCH -> "stretch";
    };
  }

  /** One section being read; every complaint names file and key. */
  private record Reader(Map<String, String> info, String source) {

    DetectorSpec spec() {
      int classes = whole("classes");
      return new DetectorSpec(
          whole("input_width"),
          whole("input_height"),
          colour(),
          new Normalization(numbers("mean_at_load"), numbers("scale_at_load")),
          new Resize(mode(), whole("pad_value")),
          layout(classes),
          labels(),
          number("confidence_threshold", DetectorSpec.DEFAULT_CONFIDENCE),
          number("iou_threshold", DetectorSpec.DEFAULT_IOU));
    }

    private HeadLayout layout(int classes) {
      String layout = text("layout");
      return switch (layout) {
        case "raw-heads" -> new HeadLayout.RawHeads(heads(true), classes);
        case "lazy-heads" -> new HeadLayout.LazyHeads(lazyHeads(), classes);
        case "flat-rows" ->
            new HeadLayout.FlatRows(
                text("output"), coding(), flag("logits"), heads(false), classes);
        case "flat-columns" -> new HeadLayout.FlatColumns(text("output"), classes);
        default -> throw wrong("layout", "raw-heads, lazy-heads, flat-rows or flat-columns");
      };
    }

    private List<HeadLayout.LazyHead> lazyHeads() {
      List<HeadLayout.LazyHead> lazy = new ArrayList<>();
      for (Head head : heads(true)) {
        int i = lazy.size();
        lazy.add(
            new HeadLayout.LazyHead(head, text(key(i, "features")), whole(key(i, "channels"))));
      }
      return lazy;
    }

    private List<Head> heads(boolean withOutput) {
      List<Head> heads = new ArrayList<>();
      for (int i = 0; i < MOST_HEADS && info.containsKey(key(i, "stride")); i++) {
        String output = withOutput ? text(key(i, "output")) : text("output");
        heads.add(new Head(output, whole(key(i, "stride")), anchors(key(i, "anchors"))));
      }
      return heads;
    }

    private List<Anchor> anchors(String key) {
      String value = info.getOrDefault(key, "").strip();
      List<Anchor> anchors = new ArrayList<>();
      if (!value.isEmpty()) {
        for (String pair : value.split("\\s+", -1)) {
          String[] sides = pair.split(",", -1);
          if (sides.length != 2) {
            throw wrong(key, "pairs such as 10,13 16,30");
          }
          anchors.add(new Anchor(number(key, sides[0]), number(key, sides[1])));
        }
      }
      return anchors;
    }

    private List<String> labels() {
      String value = info.get("labels");
      if (value == null || value.isEmpty()) {
        return List.of();
      }
      List<String> labels = new ArrayList<>();
      for (String label : value.split(",", -1)) {
        // '+' is a blank to the decoder of URLs, and a plus to us.
        labels.add(URLDecoder.decode(label.replace("+", "%2B"), StandardCharsets.UTF_8));
      }
      return labels;
    }

    private BoxCoding coding() {
      return switch (text("box_coding")) {
        case "pixels" -> BoxCoding.PIXELS;
        case "yolov5-sigmoid" -> BoxCoding.YOLOV5_SIGMOID;
        case "yolox" -> BoxCoding.YOLOX;
        default -> throw wrong("box_coding", "pixels, yolov5-sigmoid or yolox");
      };
    }

    private Colour colour() {
      return switch (text("input_colour")) {
        case "BGR" -> Colour.BGR;
        case "RGB" -> Colour.RGB;
        default -> throw wrong("input_colour", "BGR or RGB");
      };
    }

    private Resize.Mode mode() {
      return switch (text("resize")) {
        case "centre" -> Resize.Mode.LETTERBOX_CENTRE;
        case "top-left" -> Resize.Mode.LETTERBOX_TOP_LEFT;
        case "stretch" -> Resize.Mode.STRETCH;
        default -> throw wrong("resize", "centre, top-left or stretch");
      };
    }

    private boolean flag(String key) {
      return switch (text(key)) {
        case "true" -> true;
        case "false" -> false;
        default -> throw wrong(key, "true or false");
      };
    }

    private int whole(String key) {
      try {
        return Integer.parseInt(text(key));
      } catch (NumberFormatException e) {
        throw wrong(key, "a whole number");
      }
    }

    private float number(String key, float otherwise) {
      String value = info.get(key);
      return value == null ? otherwise : number(key, value);
    }

    private List<Float> numbers(String key) {
      List<Float> numbers = new ArrayList<>();
      String value = info.get(key);
      if (value != null) {
        for (String part : value.split(",", -1)) {
          numbers.add(number(key, part));
        }
      }
      return numbers;
    }

    private float number(String key, String value) {
      try {
        float number = Float.parseFloat(value.strip());
        if (Float.isFinite(number)) {
          return number;
        }
      } catch (NumberFormatException e) {
        // said below
      }
      throw wrong(key, "a number");
    }

    private String text(String key) {
      String value = info.get(key);
      if (value == null) {
        throw wrong(key, "a value");
      }
      return value;
    }

    private ModelException wrong(String key, String wanted) {
      String value = info.get(key);
      return new ModelException(
          "%s: its ovkit metadata has %s for '%s', expected %s; convert the model again"
              .formatted(source, value == null ? "nothing" : "'" + value + "'", key, wanted));
    }
  }

  private DetectorMetadata() {}
}
