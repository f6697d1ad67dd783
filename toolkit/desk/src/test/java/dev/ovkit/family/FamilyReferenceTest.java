package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.PinnedPython;
import dev.ovkit.Shared;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.subject.IrSubject;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exports of other projects find what their own project finds with them, without a flag unless the
 * list names one.
 *
 * <p>With an FP32 IR class, place (IoU 0.98) and score (0.01) of 99 objects in 100 are those of the
 * reference. With FP16 they are those of 97 if the model is trained. A random one magnifies every
 * rounding, so it is compared with what OpenVINO's own converter keeps of the same graph in FP16.
 *
 * <p>It prints the shares as a table, writes it to {@code target/families.md}, and counts the
 * models that are right. {@code benchmarks/families.sh} puts the table into the documentation.
 */
@Tag("network")
class FamilyReferenceTest {

  private static final double SHARE = 0.99;
  private static final double TRAINED_SHARE = 0.97;
  private static final double POINT = 0.01;

  /** Another CPU rounds otherwise, which moves some boxes of a random network. */
  private static final double RANDOM_MARGIN = 0.1;

  /** Whatever an IR itself says. */
  private static final DetectOptions AS_THE_REFERENCE = DetectOptions.defaults().withIou(0.45f);

  private static final int MODELS = 41;
  private static final int FOLDERS = 3;

  /**
   * A model and where its answers are.
   *
   * @param answers the ending of their file; a random network magnifies a grey level, so where
   *     there are pictures of the input's size these count
   */
  private record Export(String name, String answers) {

    Path onnx() {
      return families().resolve(name + ".onnx");
    }

    /** Other maps of the same shape have other anchors, or another coding. */
    ConvertOptions options() {
      ConvertOptions plain = ConvertOptions.of(onnx());
      String family = NAMED.get(name);
      return family == null ? plain : plain.describedAs(ModelDescription.family(family));
    }

    boolean isTrained() {
      return name.startsWith("picodet_xs");
    }

    /** Its weights are f16 already, and the reference is of its f32 weights. */
    boolean isHalf() {
      return name.equals("11n-fp16io");
    }
  }

  private static final Map<String, String> NAMED =
      Map.of("yolov3_raw", "yolov3", "yolov7_raw", "yolov7", "yolov7tiny_raw", "yolov7-tiny");

  private static final List<Export> EXPORTS =
      List.of(
          new Export("11n-b4", "ref"),
          new Export("11n-fp16io", "ref"),
          new Export("11n-nms", "ref"),
          new Export("v8-worldv2", "ref"),
          new Export("v10n-e2e", "ref"),
          new Export("26n-e2e", "ref"),
          new Export("26n-dyn", "ref"),
          new Export("11n-seg", "ref"),
          new Export("26n-seg-e2e", "ref"),
          new Export("11n-pose", "ref"),
          new Export("26n-pose-e2e", "ref"),
          new Export("11n-obb", "ref"),
          new Export("26n-obb-e2e", "ref"),
          new Export("11n-cls-tiny", "ref"),
          new Export("rtdetr", "ref"),
          new Export("rtdetr_orig", "sized.ref"),
          new Export("dfine_orig_b1", "sized.ref"),
          new Export("hf_rtdetrv2", "ref"),
          new Export("hf_dfine", "sized.ref"),
          new Export("rfdetr_like", "sized.ref"),
          new Export("picodet_xs_320", "ref"),
          new Export("picodet_xs_416", "ref"),
          new Export("picodet_xs_320_post", "ref"),
          new Export("picodet_xs_320_nonms", "sized.ref"),
          new Export("ppyoloe_post", "sized.ref"),
          new Export("nanodet_plus", "sized.ref"),
          new Export("lib_picodet", "sized.ref"),
          new Export("lib_rtmdet", "sized.ref"),
          new Export("lib_ppyoloe", "sized.ref"),
          new Export("yolonas_split", "sized.ref"),
          new Export("yolov3_raw", "sized.ref"),
          new Export("yolov4_boxes_confs", "sized.ref"),
          new Export("yolov6", "sized.ref"),
          new Export("yolov7_raw", "sized.ref"),
          new Export("yolov7tiny_raw", "sized.ref"),
          new Export("yolov7_grid", "sized.ref"),
          new Export("rtmdet_mmdeploy", "sized.ref"),
          new Export("ssd_nms", "sized.ref"),
          new Export("nms_selected", "sized.ref"),
          new Export("end2end_4out", "sized.ref"));

  /** No TensorRT is here, so a refusal that names its operator is right. */
  private static final String REFUSED_RIGHTLY = "yolov7_trt";

  /** What is not right, and why. */
  private static final Map<String, String> OTHERS =
      Map.of(
          "11n-q8",
          "refused: OpenVINO computes INT8 of ONNX Runtime otherwise than ONNX Runtime",
          "tv_ssdlite",
          "not judged: all its scores are equal, so which boxes are kept is chance");

  /** Folders that another converter wrote, and the answers of the models in them. */
  private static final Map<String, String> EXPORTED =
      Map.of("ov_11n", "ov_11n", "ov_26n_e2e", "ov_26n_e2e", "ov_11n_pose", "11n-pose");

  /** How the objects of a model fit; FP16 is missing where there is no such IR. */
  private record Row(
      boolean isRight,
      boolean halfIsRight,
      ReferenceBoxes.Fit full,
      Optional<ReferenceBoxes.Fit> half,
      Optional<ReferenceBoxes.Fit> stock) {

    String text() {
      return "%s | %s | %s".formatted(text(full), half.map(Row::text).orElse("–"), stockText());
    }

    private String stockText() {
      return half.isEmpty() ? "–" : stock.map(Row::text).orElse("cannot run it");
    }

    private static String text(ReferenceBoxes.Fit fit) {
      return "%d of %d".formatted(fit.found(), fit.wanted());
    }
  }

  @TempDir private static Path stock;

  private static final Map<String, Row> ROWS = new LinkedHashMap<>();

  @TempDir private Path temp;

  private static Path families() {
    return Shared.directory().resolve("families");
  }

  @BeforeAll
  static void convertAsOpenVinoDoes() throws Exception {
    for (Export export : EXPORTS) {
      Files.write(
          stock.resolve(export.name() + ".onnx"),
          SourceDetector.of(export.options()).onnx().toBytes());
    }
    new PinnedPython("ovc").run(List.of("-m", "testing.stock_fp16", stock.toString()));
  }

  @TestFactory
  Stream<DynamicTest> objectsAreThoseOfTheReference() {
    return Stream.of(
            EXPORTS.stream().map(export -> test(export.name(), () -> judge(export))),
            Stream.of(test(REFUSED_RIGHTLY, this::refuse)),
            EXPORTED.keySet().stream().sorted().map(name -> test(name, () -> judgeFolder(name))),
            Stream.of(test("all of them", this::count)))
        .flatMap(Function.identity());
  }

  private interface Check {
    void run() throws Exception;
  }

  private static DynamicTest test(String name, Check check) {
    return DynamicTest.dynamicTest(name, check::run);
  }

  private void judge(Export export) throws Exception {
    ReferenceBoxes.Fit full = fit(export, export.options().into(temp, WeightPrecision.FP32));
    ReferenceBoxes.Fit half =
        fit(export, export.options().into(temp.resolve("half"), WeightPrecision.FP16));
    Optional<ReferenceBoxes.Fit> stockHalf = stockFit(export);
    double least = stockHalf.map(ReferenceBoxes.Fit::share).orElse(TRAINED_SHARE + POINT);
    boolean fullIsRight = export.isHalf() ? full.share() >= least - POINT : full.holds(SHARE);
    double limit = export.isTrained() ? TRAINED_SHARE : least - POINT;
    ROWS.put(
        export.name(),
        new Row(fullIsRight, half.share() >= limit, full, Optional.of(half), stockHalf));
    assertThat(fullIsRight).as("FP32: %s", full).isTrue();
    assertThat(half.share())
        .as("FP16: %s, OpenVINO's own: %s", half, stockHalf)
        .isGreaterThanOrEqualTo(export.isTrained() ? TRAINED_SHARE : least - RANDOM_MARGIN);
  }

  private void refuse() {
    ConvertOptions options = ConvertOptions.of(families().resolve(REFUSED_RIGHTLY + ".onnx"));
    assertThatThrownBy(() -> Converter.convert(options.into(temp, WeightPrecision.FP32)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("EfficientNMS_TRT");
    ReferenceBoxes.Fit none = new ReferenceBoxes.Fit(0, 0, 0);
    ROWS.put(REFUSED_RIGHTLY, new Row(true, true, none, Optional.empty(), Optional.empty()));
  }

  private void judgeFolder(String name) throws IOException {
    Path xml;
    try (Stream<Path> files = Files.list(families().resolve(name))) {
      xml = files.filter(file -> file.toString().endsWith(".xml")).findFirst().orElseThrow();
    }
    ReferenceBoxes.Fit fit = fit(new Export(EXPORTED.get(name), "ref"), xml);
    ROWS.put(name, new Row(fit.holds(SHARE), true, fit, Optional.empty(), Optional.empty()));
    assertThat(fit).matches(one -> one.holds(SHARE), "fits its reference");
  }

  private void count() throws IOException {
    List<String> folders = EXPORTED.keySet().stream().filter(this::isRight).toList();
    List<String> models =
        ROWS.keySet().stream()
            .filter(name -> !EXPORTED.containsKey(name))
            .filter(this::isRight)
            .toList();
    String table = table(models.size(), folders.size());
    System.out.print(table);
    Files.writeString(Files.createDirectories(Path.of("target")).resolve("families.md"), table);
    assertThat(models).hasSizeGreaterThanOrEqualTo(MODELS);
    assertThat(folders).hasSize(FOLDERS);
  }

  private boolean isRight(String name) {
    Row row = ROWS.get(name);
    return row != null && row.isRight();
  }

  private static String table(int models, int folders) {
    StringBuilder text = new StringBuilder();
    text.append("| export | FP32 | FP16 | OpenVINO's own FP16 |\n| --- | ---: | ---: | ---: |\n");
    ROWS.forEach(
        (name, row) -> {
          String shares = name.equals(REFUSED_RIGHTLY) ? "refused, rightly | – | –" : row.text();
          text.append("| ").append(name).append(" | ").append(shares).append(" |\n");
        });
    new TreeMap<>(OTHERS)
        .forEach(
            (name, why) ->
                text.append("| ").append(name).append(" | ").append(why).append(" | – | – |\n"));
    text.append(
        "\n%d of %d models and %d of %d folders are right with FP32.\n"
            .formatted(
                models, ROWS.size() + OTHERS.size() - EXPORTED.size(), folders, EXPORTED.size()));
    List<String> below =
        ROWS.keySet().stream().filter(name -> !ROWS.get(name).halfIsRight()).toList();
    text.append(
        "FP16 keeps less than OpenVINO's own, by more than one point, of: %s.\n"
            .formatted(below.isEmpty() ? "none" : String.join(", ", below)));
    return text.toString();
  }

  // ---- how they fit

  private interface Finder {
    Detections find(Path picture) throws IOException;
  }

  private ReferenceBoxes.Fit fit(Export export, ConvertOptions options) throws IOException {
    return fit(export, Converter.convert(options).xml());
  }

  private ReferenceBoxes.Fit fit(Export export, Path ir) throws IOException {
    try (Detector detector =
        Detector.open(ir, DetectorOptions.defaults().withDetect(AS_THE_REFERENCE))) {
      return fit(export, detector::detect);
    }
  }

  /** How OpenVINO's own FP16 fits; empty if OpenVINO cannot run its own IR. */
  private Optional<ReferenceBoxes.Fit> stockFit(Export export) throws IOException {
    Path ir = stock.resolve(export.name() + ".xml");
    if (!Files.exists(ir)) {
      return Optional.empty();
    }
    SourceDetector source = SourceDetector.of(export.options());
    try (IrSubject subject = IrSubject.open(ir, source.spec(), AS_THE_REFERENCE)) {
      return Optional.of(
          fit(
              export,
              file -> {
                try (Picture picture = Picture.read(file)) {
                  return subject.answer(picture).detections();
                }
              }));
    } catch (NativeCallException e) {
      return Optional.empty();
    }
  }

  private static ReferenceBoxes.Fit fit(Export export, Finder finder) throws IOException {
    ReferenceBoxes reference =
        ReferenceBoxes.read(families().resolve(export.name() + "." + export.answers() + ".json"));
    Path folder =
        export.answers().startsWith("sized") ? families() : families().resolveSibling("pictures");
    List<ReferenceBoxes.Fit> fits = new ArrayList<>();
    for (String picture : reference.pictures()) {
      fits.add(reference.fit(picture, finder.find(folder.resolve(picture))));
    }
    // Who clips before suppressing keeps other boxes on so many pictures; ovkit does it as training
    // does.
    return fits.stream()
        .sorted(Comparator.comparingInt(fit -> fit.wanted() - fit.found() + fit.added()))
        .limit(fits.size() - reference.otherOrder())
        .reduce(ReferenceBoxes.Fit::and)
        .orElseThrow();
  }
}
