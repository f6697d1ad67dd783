package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.model.DetectorMetadata;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.ModelEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes an IR of an ONNX. The same input and options give the same bytes. */
public final class Converter {

  /**
   * The share of elements that FP16 leaves in f32: biases, and the kernels at the beginning of the
   * network, whose rounding everything after them carries. The .bin becomes 0.518 of the FP32 one.
   * Rounding everything moves or loses 7 of 443 reference detections of YOLOX-nano and
   * YOLOv5-Lite-e (score by more than 0.01, or IoU under 0.98); this, none.
   */
  private static final double EXACT_SHARE = 0.036;

  /**
   * Converts.
   *
   * <p>The IR appears whole or not at all: it is written under another name, and renamed with the
   * .bin first and the .xml last.
   *
   * @throws ModelException if the model cannot be read or does not fit the options
   * @throws dev.ovkit.OptionException if the options cannot work for any model
   * @throws OutputException if the directory cannot be written
   */
  public static Conversion convert(ConvertOptions options) {
    OnnxModel model = OnnxModel.read(options.onnx());
    Plan plan = new Planner(options).plan(model);
    Path staging = staging(options.directory());
    try {
      Path xml = staging.resolve(options.name() + ".xml");
      long binBytes = write(plan, xml, options);
      Path bin = staging.resolve(options.name() + ".bin");
      Path finalBin = publish(bin, options.directory());
      Path finalXml = publish(xml, options.directory());
      return new Conversion(finalXml, finalBin, binBytes, plan.detector(), plan.decisions());
    } catch (IOException e) {
      throw OutputException.of(options.directory(), e);
    } finally {
      delete(staging);
    }
  }

  /** Writes twice: the .xml tells length and hash of the .bin, which is known after the first. */
  private static long write(Plan plan, Path xml, ConvertOptions options) throws IOException {
    try (ModelEditor editor = ModelEditor.ofOnnx(plan.model().toBytes())) {
      if (plan.reverseChannels() || !plan.mean().isEmpty() || !plan.scale().isEmpty()) {
        editor.preprocess(plan.reverseChannels(), plan.mean(), plan.scale());
      }
      if (options.dataType() == DataType.FP16) {
        editor.compress(EXACT_SHARE);
      }
      plan.outputNames().forEach(editor::nameOutput);
      info(plan).forEach((key, value) -> editor.setInfo(DetectorMetadata.SECTION, key, value));
      plan.detector()
          .map(Converter::modelInfo)
          .orElse(Map.of())
          .forEach((key, value) -> editor.setInfo("model_info", key, value));
      editor.save(xml);
      Path bin = xml.resolveSibling(options.name() + ".bin");
      long bytes = Files.size(bin);
      editor.setInfo(DetectorMetadata.SECTION, "bin_bytes", Long.toString(bytes));
      editor.setInfo(DetectorMetadata.SECTION, "bin_sha256", sha256(bin));
      editor.save(xml);
      return bytes;
    }
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
  private static java.util.Optional<String> modelType(HeadLayout layout) {
    if (layout instanceof HeadLayout.FlatRows rows) {
      return switch (rows.boxes()) {
        case PIXELS -> java.util.Optional.of("YOLOv5");
        case YOLOX -> java.util.Optional.of("YOLOX");
        case YOLOV5_SIGMOID -> java.util.Optional.empty();
      };
    }
    return layout instanceof HeadLayout.FlatColumns
        ? java.util.Optional.of("YOLOv8")
        : java.util.Optional.empty();
  }

  // ---- files

  private static Path staging(Path directory) {
    try {
      Path target = directory.toString().isEmpty() ? Path.of(".") : directory;
      Files.createDirectories(target);
      return Files.createTempDirectory(target, ".ovkit-");
    } catch (IOException e) {
      throw OutputException.of(directory.toAbsolutePath().normalize(), e);
    }
  }

  private static Path publish(Path file, Path directory) throws IOException {
    return Files.move(
        file,
        directory.resolve(file.getFileName()),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static String sha256(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> walk = Files.walk(directory)) {
      List<Path> paths = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // Nothing but a hidden folder is left behind, and the error that matters is on its way.
    }
  }

  private Converter() {}
}
