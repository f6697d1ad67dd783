package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.internal.files.Sha256;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.python.PythonListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Conversion gives the bytes that earlier versions gave, byte for byte.
 *
 * <p>Where a change is meant, say so in the changelog, and renew the lists {@code zoo-*.sha256};
 * the folders of {@code written-by} stay as they are, and a manifest of then that now makes other
 * bytes moves to the exceptions here, with its reason.
 */
@Tag("network")
class SameBytesTest {

  private static final Path WRITTEN =
      Path.of(System.getProperty("ovkit.home"))
          .resolve("toolkit/box/src/test/resources/written-by/a84f991");

  @TempDir private Path temp;

  // ---- manifests of earlier versions

  static Stream<Path> manifests() throws IOException {
    try (Stream<Path> files = Files.list(WRITTEN.resolve("ir"))) {
      List<Path> manifests =
          files
              .filter(file -> file.toString().endsWith(".json"))
              .filter(file -> !file.toString().endsWith(".profile.json"))
              .filter(file -> !file.toString().endsWith("int8.json")) // is of a quantization
              // Its IR now says that no boxes can be read from it.
              .filter(file -> !file.endsWith("classifier.json"))
              .sorted()
              .toList();
      assertThat(manifests).hasSizeGreaterThanOrEqualTo(16);
      return manifests.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void aManifestMakesItsFilesAgain(Path file) {
    ConversionManifest manifest = ConversionManifest.read(file);
    Path onnx = WRITTEN.resolve("onnx").resolve(manifest.source());
    Repetition again = Converter.repeat(manifest, onnx, temp, PythonListener.SILENT);
    assertThat(again.otherFiles()).isEmpty();
    assertThat(again.conversion().manifest().rewrites()).isEqualTo(manifest.rewrites());
    assertThat(again.conversion().manifest().detector()).isEqualTo(manifest.detector());
  }

  // ---- the zoo

  /** What this build makes is written to {@code target/zoo-NAMES.sha256}, to renew the list by. */
  @ParameterizedTest
  @ValueSource(strings = {"modern", "legacy"})
  void everySystemOfTheZooGivesTheSameBytes(String names) throws Exception {
    List<String> made = new ArrayList<>();
    for (Zoo.Written model : Zoo.all("--width 0.25 --size 256 --names " + names)) {
      made.add(Sha256.of(model.onnx()) + "  " + model.system() + " onnx");
      for (Map.Entry<String, ConvertOptions> variant : variants(model.onnx()).entrySet()) {
        Path xml = Converter.convert(variant.getValue()).xml();
        String title = "  " + model.system() + " " + variant.getKey();
        made.add(Sha256.of(xml) + title + " xml");
        made.add(Sha256.of(SealedIr.bin(xml)) + title + " bin");
      }
    }
    made.sort(Comparator.comparing(line -> line.substring(line.indexOf(' '))));
    String list = "zoo-" + names + ".sha256";
    Files.write(Path.of("target", list), made);
    List<String> known = Files.readAllLines(Path.of("src/test/resources", list));
    assertThat(made).hasSameSizeAs(known);
    List<String> otherModels =
        made.stream().filter(line -> line.endsWith(" onnx") && !known.contains(line)).toList();
    if (!otherModels.isEmpty()) {
      String why = "skipped: numpy draws other weights on this CPU: " + otherModels;
      System.out.println(why);
      Assumptions.abort(why);
    }
    assertThat(made).isEqualTo(known);
  }

  private Map<String, ConvertOptions> variants(Path onnx) {
    ConvertOptions fp16 = ConvertOptions.of(onnx).into(temp, WeightPrecision.FP16);
    Map<String, ConvertOptions> variants = new LinkedHashMap<>();
    variants.put("default", fp16);
    variants.put("fp32", fp16.into(temp, WeightPrecision.FP32));
    variants.put("no-rewrite", fp16.withoutRewrite());
    variants.put("columns", fp16.withOutputs(new Outputs.Columns()));
    variants.put("lazy", fp16.withOutputs(new Outputs.Lazy()));
    return variants;
  }
}
