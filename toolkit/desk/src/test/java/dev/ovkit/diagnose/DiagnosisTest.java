package dev.ovkit.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.diagnose.Diagnosis.Verdict;
import dev.ovkit.ir.WeightPrecision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded faults are named, and a right IR is not accused. */
@Tag("integration")
class DiagnosisTest {

  @TempDir private Path temp;

  static Stream<Fault> faults() {
    return Fault.all().stream();
  }

  /** Every second one: each way to judge is the same search, and a minute is long. */
  static Stream<Fault> everySecondFault() {
    List<Fault> all = Fault.all();
    return IntStream.range(0, all.size()).filter(i -> i % 2 == 0).mapToObj(all::get);
  }

  /** Faults that show in a picture and its variants. */
  static Stream<Fault> plainFaults() {
    return Fault.all().stream()
        .filter(
            f ->
                Set.of(
                        "scale inside, unknown to the client",
                        "says scaled inside, is not",
                        "says pixels, grid and anchors never applied",
                        "channel-last maps",
                        "says pixels, grid never applied",
                        "says /255 at load")
                    .contains(f.name()));
  }

  @ParameterizedTest
  @MethodSource("plainFaults")
  void namesWhatIsPlainWithoutExpectedBoxesToo(Fault fault) {
    Diagnosis diagnosis =
        Diagnosis.of(
            new Question(
                faulty(fault),
                TestModels.pictures(fault.model()).subList(0, 1),
                Optional.empty(),
                Optional.empty()));
    assertNamed(diagnosis, fault);
    assertThat(diagnosis.sentence()).startsWith("Probably wrong: ");
  }

  @ParameterizedTest
  @MethodSource("everySecondFault")
  void namesTheCauseByTheReference(Fault fault) {
    Diagnosis diagnosis =
        Diagnosis.of(
            new Question(
                faulty(fault),
                TestModels.pictures(fault.model()).subList(0, 1),
                Optional.empty(),
                Optional.of(ConvertOptions.of(fault.onnx()))));
    assertNamed(diagnosis, fault);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void namesTheCauseByExpectedBoxes(Fault fault) throws IOException {
    Diagnosis diagnosis =
        Diagnosis.of(
            new Question(
                faulty(fault),
                TestModels.pictures(fault.model()).subList(0, 1),
                Optional.of(expected(fault.model())),
                Optional.empty()));
    assertNamed(diagnosis, fault);
  }

  private Path faulty(Fault fault) {
    return fault.build().of(fault.onnx()).save(temp.resolve("faulty.xml"));
  }

  private Path expected(String model) throws IOException {
    if (model.equals(TestModels.DEMO)) {
      return demoExpected();
    }
    return Shared.directory().resolve("expected-suppressed-first").resolve(model + ".json");
  }

  /** What commit a84f991 found on the demo's first picture. */
  private Path demoExpected() throws IOException {
    String boxes = Files.readString(TestModels.demoAnswer());
    String json =
        "{\"pictures\": [{\"file\": \"000000.jpg\", \"width\": 1280, \"height\": 720,"
            + " \"detections\": "
            + boxes
            + "}]}";
    return Files.writeString(temp.resolve("expected.json"), json);
  }

  private static void assertNamed(Diagnosis diagnosis, Fault fault) {
    assertThat(diagnosis.verdict()).as(diagnosis.sentence()).isEqualTo(Verdict.EXPLAINED);
    assertThat(diagnosis.explanation().orElseThrow().settings())
        .as(diagnosis.sentence())
        .containsAnyElementsOf(fault.causes())
        .hasSizeLessThanOrEqualTo(2);
    assertThat(diagnosis.commands()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {TestModels.DEMO, "v5lite-e-coco", "yolox_nano-416"})
  void doesNotAccuseARightIr(String model) throws IOException {
    Path onnx = TestModels.onnx(model);
    Path xml = Converter.convert(ConvertOptions.of(onnx).into(temp, WeightPrecision.FP16)).xml();
    assertThat(Files.exists(xml)).isTrue();
    List<Path> pictures =
        model.equals(TestModels.DEMO)
            ? TestModels.demoPictures().subList(0, 1)
            : List.of(Shared.picture("zidane.jpg"), Shared.picture("000000011511.jpg"));
    Diagnosis byBoxes =
        Diagnosis.of(new Question(xml, pictures, Optional.of(expected(model)), Optional.empty()));
    Diagnosis byNothing =
        Diagnosis.of(new Question(xml, pictures, Optional.empty(), Optional.empty()));
    assertThat(byBoxes.verdict()).as(byBoxes.sentence()).isEqualTo(Verdict.RIGHT);
    assertThat(byNothing.verdict()).as(byNothing.sentence()).isEqualTo(Verdict.PLAUSIBLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v5lite-e-coco", "yolox_nano-416"})
  void doesNotAccuseARightIrByItsReference(String model) {
    ConvertOptions reference = ConvertOptions.of(TestModels.onnx(model));
    Path xml = Converter.convert(reference.into(temp, WeightPrecision.FP16)).xml();
    List<Path> pictures = List.of(Shared.picture("zidane.jpg"), Shared.picture("000000011511.jpg"));
    Diagnosis diagnosis =
        Diagnosis.of(new Question(xml, pictures, Optional.empty(), Optional.of(reference)));
    assertThat(diagnosis.verdict()).as(diagnosis.sentence()).isEqualTo(Verdict.RIGHT);
  }

  /** Converting again would give the same thresholds; infer with others shows the boxes. */
  @Test
  void thresholdsThatAreNotThoseOfTheModelHaveOneRemedy() {
    FaultyIr demo = FaultyIr.heads(TestModels.demo()).preprocess(true, List.of(), List.of(255f));
    Path xml =
        demo.metadata(Fault.baked(demo.spec()).withThresholds(0.8f, 0.45f))
            .save(temp.resolve("strict.xml"));
    Path picture = TestModels.demoPicture(0);
    ConvertOptions reference = ConvertOptions.of(TestModels.demo());
    Diagnosis diagnosis =
        Diagnosis.of(new Question(xml, List.of(picture), Optional.empty(), Optional.of(reference)));
    assertThat(diagnosis.sentence()).contains("the IR's own thresholds (confidence 0.8, IoU 0.45)");
    assertThat(diagnosis.commands())
        .containsExactly(
            "ovkit infer --ir %s --image %s --conf 0.25 --iou 0.45".formatted(xml, picture));
  }

  /** On this picture the scale alone finds every box, with wrong colours. */
  @Test
  void doesNotAccuseASilentIrThatIsAsConvertMakesIt() throws IOException {
    Path onnx = Shared.model("v5lite-e-coco.onnx");
    Path xml =
        FaultyIr.heads(onnx)
            .preprocess(true, List.of(), List.of(255f))
            .save(temp.resolve("silent.xml"));
    Diagnosis diagnosis =
        Diagnosis.of(
            new Question(
                xml,
                List.of(Shared.picture("bike.jpg"), Shared.picture("000000042102.jpg")),
                Optional.of(expected("v5lite-e-coco")),
                Optional.empty()));
    assertThat(diagnosis.verdict()).as(diagnosis.sentence()).isEqualTo(Verdict.RIGHT);
    assertThat(diagnosis.sentence()).startsWith("The IR is right: it takes BGR, 0..255");
    assertThat(diagnosis.commands())
        .singleElement()
        .asString()
        .endsWith(" --input-colour BGR --mean 0 --scale 1");
  }

  @Test
  void tellsWhatASilentIrLacksMeasuredByOneOfConvert() {
    Path onnx = Shared.model("v5lite-e-coco.onnx");
    Path xml =
        FaultyIr.heads(onnx)
            .preprocess(true, List.of(), List.of())
            .save(temp.resolve("silent.xml"));
    Diagnosis diagnosis =
        Diagnosis.of(
            new Question(
                xml,
                List.of(Shared.picture("bike.jpg")),
                Optional.empty(),
                Optional.of(ConvertOptions.of(onnx))));
    assertThat(diagnosis.notes())
        .contains(
            "an IR of 'ovkit convert' takes BGR, 0..255; compared with that, the scale 255 is not"
                + " inside the IR");
  }
}
