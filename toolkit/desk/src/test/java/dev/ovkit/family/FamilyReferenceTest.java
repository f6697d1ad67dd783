package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.Shared;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.vision.Detector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Exports of other projects find what their own project finds with them: no flag, an FP32 IR, and
 * class, place (IoU 0.98) and score (0.01) of 99 boxes in 100.
 */
class FamilyReferenceTest {

  private static final double SHARE = 0.99;

  @TempDir private Path temp;

  /** A random network magnifies a grey level, so its pictures have the input's size already. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "11n-nms, ref",
    "v10n-e2e, ref",
    "26n-e2e, ref",
    "26n-dyn, ref",
    "v8-worldv2, ref",
    "rtdetr_orig, sized.ref",
    "dfine_orig_b1, sized.ref",
    "hf_dfine, sized.ref",
    "rfdetr_like, sized.ref",
    "picodet_xs_320, ref",
    "picodet_xs_416, ref",
    "picodet_xs_320_post, ref",
    "picodet_xs_320_nonms, sized.ref",
    "ppyoloe_post, sized.ref",
    "nanodet_plus, sized.ref",
    "lib_picodet, sized.ref",
    "lib_rtmdet, sized.ref",
    "lib_ppyoloe, sized.ref",
    "yolonas_split, sized.ref",
    "yolov4_boxes_confs, sized.ref",
    "yolov6, sized.ref",
    "yolov7_grid, sized.ref",
    "rtmdet_mmdeploy, sized.ref",
    "ssd_nms, sized.ref",
    "nms_selected, sized.ref",
    "end2end_4out, sized.ref",
  })
  void boxesAreThoseOfTheReference(String name, String answers) throws Exception {
    fits(name, answers, ModelDescription.NONE);
  }

  /** Maps of the same shape have other anchors, or another coding, in each of these. */
  @ParameterizedTest(name = "{0} as {1}")
  @CsvSource({"yolov3_raw, yolov3", "yolov7_raw, yolov7", "yolov7tiny_raw, yolov7-tiny"})
  void rawMapsAreThoseOfTheNamedFamily(String name, String family) throws Exception {
    fits(name, "sized.ref", ModelDescription.family(family));
  }

  private void fits(String name, String answers, ModelDescription description) throws Exception {
    Path families = Shared.directory().resolve("families");
    ReferenceBoxes reference =
        ReferenceBoxes.read(families.resolve(name + "." + answers + ".json"));
    Path folder = answers.startsWith("sized") ? families : families.resolveSibling("pictures");
    Path ir =
        Converter.convert(
                ConvertOptions.of(families.resolve(name + ".onnx"))
                    .into(temp, WeightPrecision.FP32)
                    .describedAs(description))
            .xml();
    List<ReferenceBoxes.Fit> fits = new ArrayList<>();
    try (Detector detector = Detector.open(ir)) {
      for (String picture : reference.pictures()) {
        fits.add(reference.fit(picture, detector.detect(folder.resolve(picture)).objects()));
      }
    }
    // Who clips before suppressing keeps other boxes on so many pictures; ovkit does it as training
    // does.
    List<ReferenceBoxes.Fit> same =
        fits.stream()
            .sorted(Comparator.comparingInt(fit -> fit.wanted() - fit.found() + fit.added()))
            .limit(fits.size() - reference.otherOrder())
            .toList();
    ReferenceBoxes.Fit all = same.stream().reduce(ReferenceBoxes.Fit::and).orElseThrow();
    assertThat(all).matches(fit -> fit.holds(SHARE), "fits its reference");
  }
}
