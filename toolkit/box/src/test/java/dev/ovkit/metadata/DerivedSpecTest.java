package dev.ovkit.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.head.Head;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.IrFiles;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.layout.FlatRows;
import dev.ovkit.layout.Layouts;
import dev.ovkit.layout.Poses;
import dev.ovkit.layout.RankedClasses;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.layout.RotatedBoxes;
import dev.ovkit.layout.Segments;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an IR that ovkit did not write is taken for. */
class DerivedSpecTest {

  @TempDir private Path folder;

  private DerivedSpec derive(IrFiles ir, String info) throws IOException {
    return DerivedSpec.of(IrDescription.read(ir.write(folder, info)), Layouts.ALL);
  }

  private static IrFiles heads(int version, int channels) {
    // Model Optimizer wrote the outputs of IR v10 in reverse.
    return new IrFiles(version, "1,3,320,640")
        .output("Conv_3", "p5", "Add", "1,%d,10,20".formatted(channels))
        .output("Conv_2", "p4", "Add", "1,%d,20,40".formatted(channels))
        .output("Conv_1", "p3", "Add", "1,%d,40,80".formatted(channels));
  }

  private static IrFiles flat(String type, String shape) {
    return new IrFiles(11, "1,3,64,64").output("o", "out", type, shape);
  }

  @Test
  void theOvkitSectionIsAllThatCounts() throws IOException {
    DetectorSpec spec =
        new DetectorSpec(
            640,
            320,
            Colour.BGR,
            Resize.LETTERBOX,
            new FlatColumns("p3", 4),
            List.of(),
            0.5f,
            0.6f);
    List<String> pairs = new ArrayList<>();
    for (Map.Entry<String, String> entry : DetectorMetadata.write(spec).entrySet()) {
      pairs.add(entry.getKey());
      pairs.add(entry.getValue());
    }
    String other = IrFiles.info("model_info", List.of("confidence_threshold", "0.9"));
    DerivedSpec derived = derive(heads(11, 18), other + IrFiles.info("ovkit", pairs));
    assertThat(derived.spec()).isEqualTo(spec);
    assertThat(derived.assumptions()).isEmpty();
  }

  @Test
  void rawHeadsAreSortedByStrideAndGetTheUsualAnchors() throws IOException {
    DerivedSpec derived = derive(heads(10, 255), "");
    RawHeads raw = (RawHeads) derived.spec().layout();
    assertThat(raw.classes()).isEqualTo(80);
    assertThat(raw.heads()).extracting(Head::output).containsExactly("p3", "p4", "p5");
    assertThat(raw.heads()).extracting(Head::stride).containsExactly(8, 16, 32);
    assertThat(raw.heads().get(2).anchors())
        .containsExactly(new Anchor(116, 90), new Anchor(156, 198), new Anchor(373, 326));
    assertThat(derived.spec().inputWidth()).isEqualTo(640);
    assertThat(derived.spec().inputHeight()).isEqualTo(320);
    assertThat(derived.assumptions())
        .extracting(Assumption::sentence)
        .containsExactly(
            "three anchors per cell, so 80 classes",
            "the anchors of YOLOv5 for strides 8, 16, 32",
            "a letterbox in the centre, padded with 114",
            "an input of RGB, divided by 255 (the IR does not say that this is inside it)");
  }

  @Test
  void modelOptimizersNotesSayWhatIsInside() throws IOException {
    String cli =
        IrFiles.info("cli_parameters", List.of("scale", "255.0", "reverse_input_channels", "True"));
    DetectorSpec spec = derive(heads(10, 18), cli).spec();
    assertThat(spec.inputColour()).isEqualTo(Colour.BGR);
    assertThat(spec.normalization()).isEqualTo(Normalization.NONE);
    String onlyScale =
        IrFiles.info(
            "conversion_parameters", List.of("scale", "255.0", "reverse_input_channels", "False"));
    assertThat(derive(heads(11, 18), onlyScale).spec().inputColour()).isEqualTo(Colour.RGB);
    String none =
        IrFiles.info("cli_parameters", List.of("scale", "None", "reverse_input_channels", "False"));
    assertThat(derive(heads(11, 18), none).spec().normalization()).isEqualTo(Normalization.TO_UNIT);
  }

  @Test
  void modelApiMetadataIsReadAsStepsStillToBeApplied() throws IOException {
    String info =
        IrFiles.info(
            "model_info",
            List.of(
                "model_type", "YOLO",
                "labels", "traffic_light stop_sign",
                "resize_type", "fit_to_window_letterbox",
                "pad_value", "114",
                "confidence_threshold", "0.3",
                "iou_threshold", "0.7",
                "reverse_input_channels", "YES",
                "mean_values", "1 2 3",
                "scale_values", "255.0"));
    DerivedSpec derived = derive(flat("Concat", "1,6,84"), info);
    assertThat(derived.spec())
        .isEqualTo(
            new DetectorSpec(
                64,
                64,
                Colour.RGB,
                new Normalization(List.of(1f, 2f, 3f), List.of(255f)),
                Resize.LETTERBOX,
                new FlatColumns("out", 2),
                List.of("traffic light", "stop sign"),
                0.3f,
                0.7f));
    assertThat(derived.assumptions()).isEmpty();
  }

  @Test
  void resizeTypesAreThoseOfTheModelApi() throws IOException {
    for (Map.Entry<String, Resize> type :
        Map.of(
                "standard", new Resize(Resize.Mode.STRETCH, 0),
                "fit_to_window", new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, 0),
                "fit_to_window_letterbox", new Resize(Resize.Mode.LETTERBOX_CENTRE, 0))
            .entrySet()) {
      String info = IrFiles.info("model_info", List.of("resize_type", type.getKey()));
      assertThat(derive(flat("Concat", "1,6,84"), info).spec().resize()).isEqualTo(type.getValue());
    }
  }

  @Test
  void flatRowsAreToldApartByTheirNumberAndBySeeingWhatMakesThem() throws IOException {
    // 64x64: 84 cells over strides 8, 16, 32
    assertThat(derive(flat("Multiply", "1,252,7"), "").spec().layout())
        .isEqualTo(new FlatRows("out", BoxCoding.PIXELS, false, List.of(), 2));
    FlatRows sigmoid = (FlatRows) derive(flat("Sigmoid", "1,252,7"), "").spec().layout();
    assertThat(sigmoid.boxes()).isEqualTo(BoxCoding.YOLOV5_SIGMOID);
    assertThat(sigmoid.logits()).isFalse();
    assertThat(sigmoid.heads()).hasSize(3);
    FlatRows raw = (FlatRows) derive(flat("Add", "1,252,7"), "").spec().layout();
    assertThat(raw.logits()).isTrue();
    DerivedSpec yolox = derive(flat("Add", "1,84,85"), "");
    FlatRows rows = (FlatRows) yolox.spec().layout();
    assertThat(rows.boxes()).isEqualTo(BoxCoding.YOLOX);
    assertThat(rows.logits()).isTrue();
    assertThat(rows.classes()).isEqualTo(80);
    assertThat(yolox.spec().inputColour()).isEqualTo(Colour.BGR);
    assertThat(yolox.spec().normalization()).isEqualTo(Normalization.NONE);
    assertThat(yolox.spec().resize().mode()).isEqualTo(Resize.Mode.LETTERBOX_TOP_LEFT);
  }

  @Test
  void whatIsNoDetectorIsRefusedWithItsShapes() {
    assertThatThrownBy(() -> derive(flat("SoftMax", "1,1000"), ""))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            folder.resolve("model.xml")
                + ": not a YOLO detector that ovkit can read: its outputs are 'out' [1,1000];"
                + " convert its ONNX with ovkit, which records what is needed");
    assertThatThrownBy(() -> derive(flat("Add", "1,100,86"), ""))
        .hasMessageContaining("its output 'out' is [1,100,86], which is no known layout");
    assertThatThrownBy(
            () -> derive(new IrFiles(11, "1,3,?,?").output("o", "o", "Add", "1,?,85"), ""))
        .hasMessageContaining("expected a fixed size; convert it with --input-shape");
    assertThatThrownBy(() -> derive(heads(11, 19), ""))
        .hasMessageContaining("its outputs have 19 channels, which is not 3 * (5 + classes)");
  }

  @Test
  void labelsThatDoNotFitAreLeftOutAndSaid() throws IOException {
    DerivedSpec derived =
        derive(flat("Concat", "1,7,84"), IrFiles.info("model_info", List.of("labels", "a b")));
    assertThat(derived.spec().labels()).isEmpty();
    assertThat(derived.assumptions())
        .extracting(Assumption::sentence)
        .contains("its 2 labels do not fit its 3 classes and are left out");
  }

  @Test
  void neutralValuesOfTheModelApiMeanThatNothingIsLeftToDo() throws IOException {
    String info =
        IrFiles.info(
            "model_info",
            List.of(
                "model_type", "YOLOv8",
                "reverse_input_channels", "False",
                "mean_values", "0",
                "scale_values", "1 1 1"));
    DetectorSpec spec = derive(flat("Concat", "1,6,84"), info).spec();
    assertThat(spec.normalization()).isEqualTo(Normalization.NONE);
    assertThat(spec.inputColour()).isEqualTo(Colour.BGR);
  }

  /** The keys and spellings are those of its save(); what they name stands inside the graph. */
  @Test
  void aModelThatTheModelApiSavedHasAllStepsInside() throws IOException {
    String info =
        IrFiles.info(
            "model_info",
            List.of(
                "model_type", "YOLOv8",
                "embedded_processing", "YES",
                "orig_height", "64",
                "orig_width", "64",
                "labels", "a traffic_light",
                "resize_type", "fit_to_window_letterbox",
                "pad_value", "114",
                "reverse_input_channels", "YES",
                "scale_values", "255",
                "iou_threshold", "0.7"));
    DerivedSpec derived =
        derive(new IrFiles(11, "1,?,?,3").output("o", "out", "Concat", "1,6,84"), info);
    assertThat(derived.assumptions()).isEmpty();
    assertThat(derived.spec().inputWidth()).isEqualTo(64);
    assertThat(derived.spec().inputColour()).isEqualTo(Colour.BGR);
    assertThat(derived.spec().normalization()).isEqualTo(Normalization.NONE);
    assertThat(derived.spec().labels()).containsExactly("a", "traffic light");
  }

  /** It keeps our section, whose notes on input and weights are then out of date. */
  @Test
  void oursSavedByTheModelApiIsReadAsWhatItIsNow() throws IOException {
    DetectorSpec before =
        new DetectorSpec(
            64,
            64,
            Colour.RGB,
            Normalization.TO_UNIT,
            Resize.LETTERBOX,
            new FlatColumns("out", 2),
            List.of(),
            0.5f,
            0.6f);
    List<String> pairs = new ArrayList<>(List.of("bin_bytes", "7"));
    DetectorMetadata.write(before).forEach((key, value) -> pairs.addAll(List.of(key, value)));
    String info =
        IrFiles.info("ovkit", pairs)
            + IrFiles.info("model_info", List.of("embedded_processing", "YES"));
    Files.write(folder.resolve("model.bin"), new byte[9]);
    IrFiles ir = new IrFiles(11, "1,?,?,3").output("o", "out", "Concat", "1,6,84");
    assertThat(derive(ir, info).spec())
        .isEqualTo(before.withInputColour(Colour.BGR).withNormalization(Normalization.NONE));
  }

  @Test
  void whatUltralyticsNotesBesideAnIrIsRead() throws IOException {
    notes("task: detect", "names:", "  0: traffic light", "  1: a, b");
    DerivedSpec derived = derive(flat("Concat", "1,6,84"), "");
    assertThat(derived.assumptions()).isEmpty();
    assertThat(derived.spec().labels()).containsExactly("traffic light", "a, b");
    assertThat(derived.spec().inputColour()).isEqualTo(Colour.RGB);
    assertThat(derived.spec().normalization()).isEqualTo(Normalization.TO_UNIT);
    assertThat(derived.spec().resize()).isEqualTo(Resize.LETTERBOX);
  }

  @Test
  void theNotedTaskDecidesWhatAnOutputIs() throws IOException {
    notes("task: pose", "names: {0: a}", "kpt_shape: [2, 3]");
    assertThat(derive(flat("Concat", "1,11,84"), "").spec().layout())
        .isEqualTo(new Poses("out", false, 2, 3, 1));
    assertThat(derive(flat("Concat", "1,300,12"), "").spec().layout())
        .isEqualTo(new Poses("out", true, 2, 3, 1));
    notes("task: obb", "names: {0: a}");
    assertThat(derive(flat("Concat", "1,6,84"), "").spec().layout())
        .isEqualTo(new RotatedBoxes("out", false, 1));
    notes("task: segment", "names: {0: a}");
    IrFiles two = flat("Concat", "1,37,84").output("p", "maps", "Multiply", "1,32,16,16");
    assertThat(derive(two, "").spec().layout())
        .isEqualTo(new Segments("out", false, "maps", 32, 1));
    notes("task: classify", "names: {0: a, 1: b}");
    DetectorSpec classifier = derive(flat("Softmax", "1,2"), "").spec();
    assertThat(classifier.layout()).isEqualTo(new RankedClasses("out", 2));
    assertThat(classifier.resize().mode()).isEqualTo(Resize.Mode.CENTRE_CROP);
    assertThat(classifier.confidenceThreshold()).isEqualTo(0.01f);
    notes("task: detect", "names: {0: a}");
    assertThat(derive(flat("Concat", "1,5,84"), "").spec().layout())
        .isEqualTo(new FlatColumns("out", 1));
  }

  @Test
  void aTaskThatIsUnknownIsRefused() throws IOException {
    notes("task: depth", "names: {0: a}");
    assertThatThrownBy(() -> derive(flat("Concat", "1,6,84"), ""))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "%s: its metadata.yaml says that its task is 'depth'; ovkit reads the tasks"
                + " detect, segment, pose, obb, classify",
            folder.resolve("model.xml"));
  }

  @Test
  void aWrapperThatIsNoDetectorIsRefused() {
    for (String type : List.of("YOLOv8-seg", "Classification", "ssd")) {
      String info = IrFiles.info("model_info", List.of("model_type", type));
      assertThatThrownBy(() -> derive(flat("Concat", "1,6,84"), info))
          .isInstanceOf(ModelException.class)
          .hasMessageEndingWith(
              "its model_info says that it is a '%s'; ovkit reads YOLO detectors", type);
    }
  }

  @Test
  void damagedNotesAreRefused() throws IOException {
    notes("names: [a", "task: !!java.net.URL [x]");
    assertThatThrownBy(() -> derive(flat("Concat", "1,6,84"), ""))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("metadata.yaml: not valid YAML (");
    Files.writeString(folder.resolve("metadata.yaml"), "names: {0: a, 2: b}");
    assertThatThrownBy(() -> derive(flat("Concat", "1,6,84"), ""))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its names have no class 1; expected numbers from 0 without a gap");
  }

  /** An edge box has no YAML reader: the IR is read without the notes, and that is said. */
  @Test
  void withoutSnakeYamlTheNotesAreLeftOut() throws Exception {
    notes("task: detect", "names: {0: a, 1: b}");
    Path xml = flat("Concat", "1,6,84").write(folder, "");
    List<URL> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("snakeyaml")) {
        entries.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader bare =
        new URLClassLoader(entries.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      Object ir =
          bare.loadClass("dev.ovkit.ir.IrDescription")
              .getMethod("read", Path.class)
              .invoke(null, xml);
      Object derived =
          bare.loadClass("dev.ovkit.metadata.DerivedSpec")
              .getMethod("of", ir.getClass(), List.class)
              .invoke(
                  null, ir, bare.loadClass("dev.ovkit.layout.Layouts").getField("ALL").get(null));
      assertThat((List<?>) derived.getClass().getMethod("assumptions").invoke(derived))
          .first()
          .hasToString("Assumption[kind=UNREAD_NOTES, values=[metadata.yaml]]");
      assertThat(Assumption.of(Assumption.Kind.UNREAD_NOTES, "metadata.yaml").sentence())
          .isEqualTo("metadata.yaml is ignored, because SnakeYAML is not on the class path");
    }
  }

  /** Other keys as its exporter writes them, which say nothing that is needed. */
  private void notes(String... lines) throws IOException {
    Files.writeString(
        folder.resolve("metadata.yaml"),
        String.join(
                "\n",
                "description: Ultralytics YOLOv8n model trained on coco.yaml",
                "author: Ultralytics",
                "date: '2025-01-02T03:04:05.678901'",
                "version: 8.3.0",
                "stride: 32",
                "batch: 1",
                "imgsz:",
                "- 64",
                "- 64",
                "args:",
                "  batch: 1",
                "  half: false",
                "")
            + String.join("\n", lines)
            + "\n");
  }
}
