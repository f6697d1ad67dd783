package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.model.DetectorMetadata;
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
   * .bin first and the .xml last. Beside it lies its {@link ConversionManifest}.
   *
   * @throws ModelException if the model cannot be read or does not fit the options
   * @throws dev.ovkit.OptionException if the options cannot work for any model
   * @throws OutputException if the directory cannot be written
   */
  public static Conversion convert(ConvertOptions options) {
    OnnxModel model = OnnxModel.read(options.onnx());
    Plan plan = new Planner(options).plan(model);
    Path source = options.onnx().getFileName();
    return write(options, plan, source == null ? "" : source.toString(), plan.decisions());
  }

  /**
   * Converts again as a manifest says.
   *
   * <p>The new manifest tells how it came to the options in the words of the old one, so that
   * nothing differs but what is different.
   *
   * @param onnx the file that the IR was made of, under whatever name
   * @param directory where the IR goes
   * @throws ModelException if the file is another one, or as {@link #convert} does
   * @throws OutputException if the directory cannot be written
   */
  public static Repetition repeat(ConversionManifest manifest, Path onnx, Path directory) {
    ConvertOptions options = manifest.options().of(onnx, directory);
    OnnxModel model = OnnxModel.read(onnx);
    if (!model.sha256().equals(manifest.sourceSha256())) {
      throw new ModelException(
          "'%s' is not the file that the IR was made of: its SHA-256 is %s, expected %s; give the '%s' of then"
              .formatted(onnx, model.sha256(), manifest.sourceSha256(), manifest.source()));
    }
    Plan plan = new Planner(options).plan(model);
    Conversion made = write(options, plan, manifest.source(), manifest.decisions());
    return new Repetition(made, manifest.otherVersions(), manifest.otherFiles(made.manifest()));
  }

  private static Conversion write(
      ConvertOptions options, Plan plan, String source, List<Decision> decisions) {
    Path staging = staging(options.directory());
    try {
      Path xml = staging.resolve(options.name() + ".xml");
      long binBytes = write(plan, xml, options);
      Path bin = staging.resolve(options.name() + ".bin");
      ConversionManifest manifest =
          new ConversionManifest(
              source,
              plan.model().sha256(),
              ConversionManifest.toolsHere(),
              plan.effective(),
              plan.rewrites(),
              plan.detector().map(DetectorMetadata::write).orElse(Map.of()),
              decisions,
              List.of(made(xml), made(bin)));
      Path json = Files.write(staging.resolve(options.name() + ".json"), manifest.toBytes());
      Path finalBin = publish(bin, options.directory());
      Path finalJson = publish(json, options.directory());
      Path finalXml = publish(xml, options.directory());
      return new Conversion(
          finalXml, finalBin, finalJson, binBytes, plan.detector(), decisions, manifest);
    } catch (IOException e) {
      throw OutputException.of(options.directory(), e);
    } finally {
      delete(staging);
    }
  }

  private static ConversionManifest.MadeFile made(Path file) throws IOException {
    return new ConversionManifest.MadeFile(
        String.valueOf(file.getFileName()), Files.size(file), sha256(file));
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
          .map(ModelApiInfo::of)
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
