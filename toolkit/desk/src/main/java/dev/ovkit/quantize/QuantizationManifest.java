package dev.ovkit.quantize;

import dev.ovkit.convert.SealedIr;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.runtime.Core;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How an 8-bit IR was made, kept beside it as JSON. It holds no time and no path, so the same work
 * gives the same bytes wherever it is done.
 */
final class QuantizationManifest {

  /** Distinguishes it from other JSON, and from what a later version may write. */
  private static final String FORMAT = "ovkit-quantization-1";

  static byte[] bytes(
      QuantizeOptions options,
      IrDescription ir,
      Quantization result,
      List<Path> pictures,
      Path staged)
      throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("format", FORMAT);
    root.put("source", List.of(file(ir.xml()), file(ir.weights())));
    root.put("openvino", Core.version());
    Map<String, Object> chosen = new LinkedHashMap<>();
    chosen.put("target", options.target().name().toLowerCase(Locale.ROOT));
    chosen.put("heads", options.heads() ? "int8" : "float");
    chosen.put("keep_float", options.keepFloat());
    root.put("options", chosen);
    List<Object> calibrated = new ArrayList<>();
    for (Path picture : pictures) {
      calibrated.add(file(picture));
    }
    root.put("pictures", calibrated);
    root.put("convolutions", result.layers().stream().map(QuantizationManifest::layer).toList());
    root.put("ranges", result.ranges().stream().map(QuantizationManifest::range).toList());
    root.put("checks", result.verdicts().stream().map(QuantizationManifest::verdict).toList());
    root.put("files", List.of(file(staged), file(SealedIr.bin(staged))));
    Path before = ir.xml().resolveSibling(QuantizeOptions.stem(ir.xml()) + ".json");
    if (Files.isRegularFile(before)) {
      root.put("converted", JsonFile.read(before));
    }
    return JsonFile.bytes(root);
  }

  private static Map<String, Object> file(Path file) throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", String.valueOf(file.getFileName()));
    object.put("bytes", Files.size(file));
    object.put("sha256", Sha256.of(file));
    return object;
  }

  private static Map<String, Object> layer(Layer layer) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", layer.name());
    object.put("kind", layer.kind().name().toLowerCase(Locale.ROOT));
    object.put("treatment", layer.treatment().name().toLowerCase(Locale.ROOT));
    object.put("weight_error", layer.weightError());
    object.put("kernel", layer.kernel());
    layer.cost().ifPresent(cost -> object.put("cost", cost));
    return object;
  }

  private static Map<String, Object> range(SourceRange range) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", range.name());
    object.put("low", range.ranges().stream().map(LevelRange::low).toList());
    object.put("high", range.ranges().stream().map(LevelRange::high).toList());
    return object;
  }

  private static Map<String, Object> verdict(Verdict verdict) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("measure", verdict.measure().name().toLowerCase(Locale.ROOT));
    object.put("f32", verdict.before());
    object.put("int8", verdict.after());
    object.put("most_drop", verdict.mostDrop());
    object.put("pictures", verdict.pictures());
    return object;
  }

  private QuantizationManifest() {}
}
