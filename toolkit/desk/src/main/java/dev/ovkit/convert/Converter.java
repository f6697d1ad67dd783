package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.model.DetectorMetadata;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;
import dev.ovkit.runtime.ModelEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes an IR of an ONNX. The same input and options give the same bytes. */
public final class Converter {

  /**
   * Converts without any Python.
   *
   * <p>The IR appears whole or not at all: it is written under another name, and renamed with the
   * .bin first and the .xml last.
   *
   * @throws ModelException if the model cannot be read or does not fit the options
   * @throws dev.ovkit.OptionException if the options cannot work for any model
   * @throws OutputException if the directory cannot be written
   */
  public static Conversion convert(ConvertOptions options) {
    return convert(options, Route.NATIVE);
  }

  /**
   * Converts by another route; the IR is written in the same way.
   *
   * @throws dev.ovkit.PythonException if the route needs Python and there is none
   */
  public static Conversion convert(ConvertOptions options, Route route) {
    Simplifier.Source source = Simplifier.read(options.onnx(), route);
    Plan plan = new Planner(options).plan(source.model()).after(source);
    GraphMaker maker = GraphMaker.of(route);
    try (Staging staging = Staging.in(options.directory())) {
      Path xml = staging.resolve(options.name() + ".xml");
      Path work = Files.createDirectory(staging.resolve(".work"));
      try (ModelEditor editor = maker.make(plan, options.dataType(), work)) {
        write(plan, xml, editor);
      }
      return publish(xml, options.directory(), plan.detector(), plan.decisions());
    } catch (IOException e) {
      throw OutputException.of(options.directory().toAbsolutePath().normalize(), e);
    }
  }

  /** The .xml last: who sees it finds the .bin beside it. */
  static Conversion publish(
      Path xml, Path directory, Optional<DetectorSpec> detector, List<Decision> decisions)
      throws IOException {
    Path bin = bin(xml);
    long bytes = Files.size(bin);
    Path finalBin = Staging.move(bin, directory.resolve(bin.getFileName()));
    Path finalXml = Staging.move(xml, directory.resolve(xml.getFileName()));
    return new Conversion(finalXml, finalBin, bytes, detector, decisions);
  }

  static Path bin(Path xml) {
    return xml.resolveSibling(ConvertOptions.stem(xml, ".xml") + ".bin");
  }

  /** Writes twice: the .xml tells length and hash of the .bin, which is known after the first. */
  static void write(Plan plan, Path xml, ModelEditor editor) throws IOException {
    plan.outputNames().forEach(editor::nameOutput);
    info(plan).forEach((key, value) -> editor.setInfo(DetectorMetadata.SECTION, key, value));
    plan.detector()
        .map(Converter::modelInfo)
        .orElse(Map.of())
        .forEach((key, value) -> editor.setInfo("model_info", key, value));
    editor.save(xml);
    editor.setInfo(DetectorMetadata.SECTION, "bin_bytes", Long.toString(Files.size(bin(xml))));
    editor.setInfo(DetectorMetadata.SECTION, "bin_sha256", sha256(bin(xml)));
    editor.save(xml);
  }

  private static Map<String, String> info(Plan plan) {
    Map<String, String> info = new TreeMap<>(plan.options());
    plan.detector().ifPresent(detector -> info.putAll(DetectorMetadata.write(detector)));
    return info;
  }

  /**
   * What other OpenVINO tools read (the Model API's words): only what a client must still do. Steps
   * inside the graph are not named here, for a reader would apply them a second time.
   */
  private static Map<String, String> modelInfo(DetectorSpec detector) {
    Map<String, String> info = new TreeMap<>();
    if (!detector.labels().isEmpty()) {
      info.put(
          "labels",
          String.join(
              " ", detector.labels().stream().map(label -> label.replace(' ', '_')).toList()));
    }
    info.put(
        "resize_type",
        detector.resize().mode() == Resize.Mode.STRETCH
            ? "standard"
            : detector.resize().mode() == Resize.Mode.LETTERBOX_CENTRE
                ? "fit_to_window_letterbox"
                : "fit_to_window");
    info.put("pad_value", Integer.toString(detector.resize().padValue()));
    info.put("confidence_threshold", Float.toString(detector.confidenceThreshold()));
    info.put("iou_threshold", Float.toString(detector.iouThreshold()));
    modelType(detector.layout()).ifPresent(type -> info.put("model_type", type));
    return info;
  }

  /** Raw heads are ours alone: no other client decodes them. */
  private static Optional<String> modelType(HeadLayout layout) {
    if (layout instanceof HeadLayout.FlatRows rows) {
      return switch (rows.boxes()) {
        case PIXELS -> Optional.of("YOLOv5");
        case YOLOX -> Optional.of("YOLOX");
        case YOLOV5_SIGMOID -> Optional.empty();
      };
    }
    return layout instanceof HeadLayout.FlatColumns ? Optional.of("YOLOv8") : Optional.empty();
  }

  // ---- files

  private static String sha256(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private Converter() {}
}
