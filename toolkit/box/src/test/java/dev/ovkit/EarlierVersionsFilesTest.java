package dev.ovkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.CompileOptions.Precision;
import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.BundleException;
import dev.ovkit.bundle.InstallOptions;
import dev.ovkit.bundle.Installer;
import dev.ovkit.bundle.KeyRotation;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import dev.ovkit.bundle.Signature;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.bundle.TrustedKeys;
import dev.ovkit.bundle.VerificationKey;
import dev.ovkit.compare.Comparison;
import dev.ovkit.compare.MatchedPair;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.Box;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.InputSize;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What earlier versions wrote is still read, and answers as it did then: IRs of every layout,
 * profiles, keys, bundles and the state of a box. Each folder of {@code written-by} is a commit;
 * its {@code MANIFEST.md} says how the files were made. Never change a file there.
 */
@Tag("integration")
class EarlierVersionsFilesTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final Path WRITTEN =
      HOME.resolve("toolkit/box/src/test/resources/written-by/a84f991");
  private static final Path PICTURE = WRITTEN.resolve("parts.png");

  /** Two CPUs add in another order. */
  private static final double ROUNDING = 1e-4;

  /** At which the answers were asked for. */
  private static final float CONFIDENCE = 0.8f;

  @TempDir private Path temp;

  static List<String> irs() throws IOException {
    try (Stream<Path> files = Files.list(WRITTEN.resolve("ir"))) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".xml") && !name.equals("classifier.xml"))
              .map(name -> name.substring(0, name.length() - 4))
              .sorted()
              .toList();
      assertThat(names).hasSizeGreaterThanOrEqualTo(18);
      return names;
    }
  }

  private static Path ir(String name) {
    return WRITTEN.resolve("ir").resolve(name + ".xml");
  }

  @ParameterizedTest
  @MethodSource("irs")
  void anIrFindsWhatItFoundThen(String name) throws IOException {
    List<Detection> then = answer(name);
    // Nothing is suppressed: which of two boxes goes is not for the file to say.
    DetectOptions all = DetectOptions.defaults().withConfidence(CONFIDENCE).withIou(1);
    try (Detector detector = Detector.open(ir(name), DetectorOptions.defaults().withDetect(all))) {
      List<Detection> now = detector.detect(PICTURE).objects();
      if (name.endsWith("int8")) {
        sameObjects(then, now);
      } else {
        sameBoxes(then, now, 160, CONFIDENCE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("irs")
  void anIrSaysOfItselfWhatItSaidThen(String name) throws IOException {
    Map<?, ?> manifest = object(WRITTEN.resolve("ir/" + name + ".json"));
    Map<String, String> section = IrDescription.read(ir(name)).section(IrDescription.OVKIT);
    try (Detector detector = Detector.open(ir(name))) {
      assertThat(detector.assumptions()).isEmpty();
      Map<String, String> now = DetectorMetadata.write(detector.spec());
      assertThat(section).containsAllEntriesOf(now);
      if (manifest.get("detector") instanceof Map<?, ?> then) { // a quantization's has none
        assertThat((Map<?, ?>) now).isEqualTo(then);
      }
    }
  }

  @Test
  void labelsOfOddCharactersComeOutAsTheyWere() {
    assertThat(labels("heads")).containsExactly("Schraube, groß", "100 % Ω+1", "d'écrou 螺母");
    assertThat(labels("heads-stretched")).containsExactly("naïve, 50 %", "a<b & \"c\"", "日本語 +1");
    assertThat(labels("yolox")).isEmpty();
  }

  private static List<String> labels(String name) {
    try (Detector detector = Detector.open(ir(name))) {
      return detector.spec().labels();
    }
  }

  @Test
  void anIrThatIsNoDetectorIsDescribed() {
    IrDescription described = IrDescription.read(ir("classifier"));
    assertThat(described.inputs().get(0).shape()).containsExactly(1L, 3L, 64L, 96L);
    assertThat(described.outputs().get(0).names()).contains("scores");
    assertThat(described.section(IrDescription.OVKIT))
        .containsEntry("data_type", "FP16")
        .doesNotContainKey("layout");
  }

  @Test
  void theDemoFindsTheSamePartsWithItsOwnThresholds() throws IOException {
    Path demo = HOME.resolve("ir-models");
    try (Detector detector = Detector.open(demo.resolve("conveyor-parts.xml"))) {
      List<Detection> now = detector.detect(demo.resolve("pictures/000000.jpg")).objects();
      sameBoxes(answer("conveyor-parts"), now, 1280, detector.spec().confidenceThreshold());
    }
  }

  // ---- profiles

  @Test
  void aProfileIsRead() {
    Profile both = Profile.beside(ir("heads")).orElseThrow();
    assertThat(both.entries()).containsOnlyKeys(Hint.LATENCY, Hint.THROUGHPUT);
    assertThat(both.threads()).isEqualTo(2);
    assertThat(both.entries().get(Hint.LATENCY))
        .isEqualTo(new Profile.Entry(Tuning.defaults(Hint.LATENCY), Optional.empty()));
    assertThat(both.entries().get(Hint.THROUGHPUT).gain()).isPresent();
    assertThat(both.entries().get(Hint.THROUGHPUT).tuning().requests()).hasValue(4);

    Profile full = Profile.beside(ir("heads-fp32")).orElseThrow();
    assertThat(full.entries())
        .containsOnly(
            Map.entry(
                Hint.THROUGHPUT,
                new Profile.Entry(
                    new Tuning(
                        Hint.THROUGHPUT,
                        OptionalInt.of(2),
                        OptionalInt.of(4),
                        OptionalInt.of(3),
                        Optional.of(true),
                        Optional.of(false),
                        Precision.BF16,
                        Optional.of(new InputSize(128, 96)),
                        true),
                    Optional.of(new Profile.Gain(0.75, 0.5, 0.875)))));
  }

  // ---- bundles

  private static Path bundle(String name) {
    return WRITTEN.resolve("bundle").resolve(name);
  }

  @Test
  void aBundlesManifestAndFilesAreRead() throws IOException {
    Manifest manifest = Manifest.parse(Files.readAllBytes(bundle("1.1.0/manifest.json")));
    assertThat(manifest.name()).isEqualTo("parts");
    assertThat(manifest.version()).hasToString("1.1.0");
    assertThat(manifest.openvino()).isEqualTo("2026.4.1");
    assertThat(manifest.requires().cpu()).containsExactly("avx2");
    assertThat(manifest.bytes()).isEqualTo(Files.readAllBytes(bundle("1.1.0/manifest.json")));

    List<ManifestFile> golden =
        manifest.files().stream().filter(file -> file.path().startsWith("golden/")).toList();
    assertThat(golden)
        .extracting(ManifestFile::path)
        .containsExactly("golden/golden.json", "golden/parts.png");
    golden.forEach(file -> BundleCheck.checkFile(bundle("1.1.0"), file));
    assertThatThrownBy(() -> BundleCheck.check(bundle("1.1.0")))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("is missing");
  }

  @Test
  void keysAndSignaturesHold() throws IOException {
    VerificationKey first = VerificationKey.read(bundle("first.pub"));
    VerificationKey second = VerificationKey.read(bundle("second.pub"));
    assertThat(SigningKey.read(bundle("first.key")).verificationKey().id()).isEqualTo(first.id());
    assertThat(SigningKey.read(bundle("second.key")).verificationKey().id()).isEqualTo(second.id());
    KeyRotation rotation = KeyRotation.read(bundle("second.rotation"));
    assertThat(rotation.from().id()).isEqualTo(first.id());
    assertThat(rotation.to().id()).isEqualTo(second.id());

    // A box that knows the first key alone: the second release brings the key's successor along.
    Path trusted = Files.createDirectories(temp.resolve(TrustedKeys.FOLDER));
    Files.copy(bundle("first.pub"), trusted.resolve("first.pub"));
    TrustedKeys keys = TrustedKeys.read(temp);
    assertThat(BundleCheck.checkSignature(bundle("1.0.0"), keys)).isEqualTo(first.id());
    assertThat(BundleCheck.checkSignature(bundle("1.1.0"), keys)).isEqualTo(second.id());

    // An old key signs today what it signed then.
    byte[] manifest = Files.readAllBytes(bundle("1.0.0/manifest.json"));
    assertThat(Signature.sign(manifest, SigningKey.read(bundle("first.key")), List.of()).bytes())
        .isEqualTo(Files.readAllBytes(bundle("1.0.0/manifest.sig")));
  }

  @Test
  void aBoxKnowsItsReleasesAndDoesNotGoBack() throws IOException {
    Path box = box();
    Installer installer = new Installer(box, InstallOptions.defaults());
    assertThatThrownBy(() -> installer.rollback("none"))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("parts-1.0.0-")
        .hasMessageContaining("parts-1.1.0-");
    assertThatThrownBy(() -> installer.install(bundle("1.0.0")))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("has been replaced"); // its key was
    assertThat(TrustedKeys.read(box).ids())
        .containsExactly(VerificationKey.read(bundle("second.pub")).id());

    Path older = Files.createDirectories(temp.resolve("older"));
    byte[] manifest = Files.readAllBytes(bundle("1.0.0/manifest.json"));
    Files.write(older.resolve(Manifest.FILE), manifest);
    SigningKey key = SigningKey.read(bundle("second.key"));
    Files.write(older.resolve(Signature.FILE), Signature.sign(manifest, key, List.of()).bytes());
    assertThatThrownBy(() -> installer.install(older))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("version 1.0.0 is older than 1.1.0");
  }

  /** The box as it was, its two releases empty. */
  private Path box() throws IOException {
    Path box = temp.resolve("box");
    try (Stream<Path> files = Files.walk(bundle("box"))) {
      for (Path file : files.toList()) {
        Files.copy(file, box.resolve(bundle("box").relativize(file).toString()));
      }
    }
    List<?> releases = (List<?>) object(box.resolve("state.json")).get("releases");
    String last = "";
    for (Object release : releases) {
      last = (String) ((Map<?, ?>) release).get("id");
      Files.createDirectories(box.resolve("releases").resolve(last));
    }
    Files.createSymbolicLink(box.resolve("current"), Path.of("releases", last));
    return box;
  }

  // ---- comparing

  /** Each box as it was, and no other; a score at the threshold may fall to either side. */
  private static void sameBoxes(
      List<Detection> then, List<Detection> now, int width, float confidence) {
    List<Detection> left = new ArrayList<>(now);
    double lowest = confidence + ROUNDING;
    for (Detection wanted : then) {
      Optional<Detection> found = left.stream().filter(d -> same(wanted, d, width)).findFirst();
      found.ifPresent(left::remove);
      assertThat(found.isPresent() || wanted.score() < lowest).as("%s in %s", wanted, now).isTrue();
    }
    assertThat(left).allMatch(d -> d.score() < lowest);
  }

  private static boolean same(Detection a, Detection b, int width) {
    double pixels = ROUNDING * width;
    return a.classId() == b.classId()
        && a.label().equals(b.label())
        && Math.abs(a.score() - b.score()) <= ROUNDING
        && Math.abs(a.box().x() - b.box().x()) <= pixels
        && Math.abs(a.box().y() - b.box().y()) <= pixels
        && Math.abs(a.box().width() - b.box().width()) <= pixels
        && Math.abs(a.box().height() - b.box().height()) <= pixels;
  }

  /** In 8 bit a CPU with VNNI and one without round differently. */
  private static void sameObjects(List<Detection> then, List<Detection> now) {
    Comparison comparison = Comparison.of(then, now, 0.5);
    assertThat(comparison.pairs().size()).isGreaterThan(then.size() * 3 / 4);
    assertThat(comparison.pairs())
        .filteredOn((MatchedPair pair) -> Math.abs(pair.scoreDifference()) > 0.2)
        .isEmpty();
  }

  // ---- reading

  private static List<Detection> answer(String name) throws IOException {
    List<Detection> detections = new ArrayList<>();
    for (Object element :
        JSON.std.listFrom(Files.readAllBytes(WRITTEN.resolve("answers/" + name + ".json")))) {
      Map<?, ?> one = (Map<?, ?>) element;
      Map<?, ?> box = (Map<?, ?>) one.get("box");
      detections.add(
          new Detection(
              (String) one.get("label"),
              (Integer) one.get("class_id"),
              number(one, "score"),
              new Box(
                  number(box, "x"),
                  number(box, "y"),
                  number(box, "width"),
                  number(box, "height"))));
    }
    assertThat(detections).hasSizeGreaterThan(5);
    return detections;
  }

  private static float number(Map<?, ?> object, String key) {
    return ((Number) object.get(key)).floatValue();
  }

  private static Map<String, Object> object(Path file) throws IOException {
    return JSON.std.mapFrom(Files.readAllBytes(file));
  }
}
