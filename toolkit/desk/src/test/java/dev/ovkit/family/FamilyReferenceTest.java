package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ovkit.Shared;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.vision.Detector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exports of other projects find what their own project finds with them: no flag, an FP32 IR, and
 * class, place (IoU 0.98) and score (0.01) of 99 boxes in 100.
 */
@Tag("integration")
class FamilyReferenceTest {

  private static final double SHARE = 0.99;
  private static final double HALF_SHARE = 0.97;

  @TempDir private Path temp;

  /** A random network magnifies a grey level, so its pictures have the input's size already. */
  static Stream<Arguments> models() {
    return Stream.of(
        arguments("11n-nms", "ref"),
        arguments("v10n-e2e", "ref"),
        arguments("26n-e2e", "ref"),
        arguments("26n-dyn", "ref"),
        arguments("v8-worldv2", "ref"),
        arguments("rtdetr_orig", "sized.ref"),
        arguments("dfine_orig_b1", "sized.ref"),
        arguments("hf_rtdetrv2", "ref"),
        arguments("hf_dfine", "sized.ref"),
        arguments("rfdetr_like", "sized.ref"),
        arguments("picodet_xs_320", "ref"),
        arguments("picodet_xs_416", "ref"),
        arguments("picodet_xs_320_post", "ref"),
        arguments("picodet_xs_320_nonms", "sized.ref"),
        arguments("ppyoloe_post", "sized.ref"),
        arguments("nanodet_plus", "sized.ref"),
        arguments("lib_picodet", "sized.ref"),
        arguments("lib_rtmdet", "sized.ref"),
        arguments("lib_ppyoloe", "sized.ref"),
        arguments("yolonas_split", "sized.ref"),
        arguments("yolov4_boxes_confs", "sized.ref"),
        arguments("yolov6", "sized.ref"),
        arguments("yolov7_grid", "sized.ref"),
        arguments("rtmdet_mmdeploy", "sized.ref"),
        arguments("ssd_nms", "sized.ref"),
        arguments("nms_selected", "sized.ref"),
        arguments("end2end_4out", "sized.ref"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void boxesAreThoseOfTheReference(String name, String answers) throws Exception {
    assertThat(fit(name, answers, options(name, WeightPrecision.FP32)))
        .matches(fit -> fit.holds(SHARE), "fits its reference");
  }

  /**
   * FP16 keeps 97 boxes in 100 of a trained model; of a random one, which magnifies every rounding,
   * as many as the same graph keeps that no rewrite has touched.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void halfPrecisionKeepsThem(String name, String answers, TestReporter reporter) throws Exception {
    ConvertOptions half = options(name, WeightPrecision.FP16);
    double kept = fit(name, answers, half).share();
    reporter.publishEntry(name + ": share kept in FP16", Double.toString(kept));
    if (kept < HALF_SHARE) {
      double untouched = fit(name, answers, half.withoutRewrite()).share();
      reporter.publishEntry(name + ": without rewrites", Double.toString(untouched));
      assertThat(kept).isGreaterThanOrEqualTo(untouched - 0.01);
      assertThat(name).as("a trained model").doesNotStartWith("picodet_xs");
    }
  }

  /** Maps of the same shape have other anchors, or another coding, in each of these. */
  @ParameterizedTest(name = "{0} as {1}")
  @CsvSource({"yolov3_raw, yolov3", "yolov7_raw, yolov7", "yolov7tiny_raw, yolov7-tiny"})
  void rawMapsAreThoseOfTheNamedFamily(String name, String family) throws Exception {
    assertThat(
            fit(
                name,
                "sized.ref",
                options(name, WeightPrecision.FP32).describedAs(ModelDescription.family(family))))
        .matches(fit -> fit.holds(SHARE), "fits its reference");
  }

  private static Path families() {
    return Shared.directory().resolve("families");
  }

  private ConvertOptions options(String name, WeightPrecision type) {
    return ConvertOptions.of(families().resolve(name + ".onnx")).into(temp, type);
  }

  private ReferenceBoxes.Fit fit(String name, String answers, ConvertOptions options)
      throws Exception {
    ReferenceBoxes reference =
        ReferenceBoxes.read(families().resolve(name + "." + answers + ".json"));
    Path folder = answers.startsWith("sized") ? families() : families().resolveSibling("pictures");
    Path ir = Converter.convert(options).xml();
    List<ReferenceBoxes.Fit> fits = new ArrayList<>();
    try (Detector detector = Detector.open(ir)) {
      for (String picture : reference.pictures()) {
        fits.add(reference.fit(picture, detector.detect(folder.resolve(picture))));
      }
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
