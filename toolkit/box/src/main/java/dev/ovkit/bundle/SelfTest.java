package dev.ovkit.bundle;

import dev.ovkit.OvkitException;
import dev.ovkit.bundle.SelfTestReport.Check;
import dev.ovkit.machine.MappedFiles;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Tests a bundle from the inside: its files are whole, the machine has what it needs, its libraries
 * load, and the model still finds what it found when the bundle was made.
 *
 * <p>It loads native code and may crash with it: {@link SelfTestProcess} runs it in a process of
 * its own. Only when the bundle's own JVM and classes run it does it test them too.
 */
public final class SelfTest {

  private static final String MODEL = "model/model.xml";
  private static final String LIBRARIES = "native/";
  private static final String CLASS_ARCHIVE = ".jsa";

  private final Path bundle;
  private final List<Check> checks = new ArrayList<>();

  private SelfTest(Path bundle) {
    this.bundle = bundle;
  }

  /** Runs the checks, each only if those before it hold: a damaged library is not loaded. */
  public static SelfTestReport run(Path bundle) {
    SelfTest test = new SelfTest(bundle.toAbsolutePath().normalize());
    String name = bundle.toString();
    try {
      Manifest manifest = BundleCheck.check(test.bundle);
      name = manifest.folder();
      test.holds(
          "manifest",
          "%d files, %,d bytes, all unchanged".formatted(manifest.files().size(), manifest.size()));
      test.check(manifest);
    } catch (BundleException e) {
      test.fails("manifest", e.getMessage());
    }
    return new SelfTestReport(name, test.checks);
  }

  private void check(Manifest manifest) {
    Host host = Host.here();
    HostRequirements requires = manifest.requires();
    boolean cpu = say("cpu", host.cpuComplaint(requires), String.join(", ", requires.cpu()));
    boolean glibc = say("glibc", host.glibcComplaint(requires), host.glibc());
    if (!cpu || !glibc) {
      return;
    }
    holds("classes", classArchive(manifest));
    if (libraries(manifest)) {
      golden();
    }
  }

  private boolean libraries(Manifest manifest) {
    NativeRuntime runtime = NativeRuntime.current();
    if (!(runtime instanceof NativeRuntime.Found found)) {
      return fails("libraries", ((NativeRuntime.Missing) runtime).message().replace('\n', ' '));
    }
    boolean own = manifest.files().stream().anyMatch(f -> f.path().startsWith(LIBRARIES));
    if (own && !isBelow(found.directory(), bundle)) {
      return fails(
          "libraries",
          "they were loaded from '%s', not from the bundle".formatted(found.directory()));
    }
    return holds(
        "libraries",
        "OpenVINO %s from %s"
            .formatted(NativeRuntime.OPENVINO_VERSION, own ? "the bundle" : found.directory()));
  }

  private static boolean isBelow(Path folder, Path top) {
    try {
      return folder.toRealPath().startsWith(top.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  /** A JVM that uses a class archive has it mapped into its memory. */
  private static String classArchive(Manifest manifest) {
    List<String> archives =
        manifest.files().stream()
            .map(ManifestFile::path)
            .filter(path -> path.startsWith("lib/") && path.endsWith(CLASS_ARCHIVE))
            .toList();
    if (archives.isEmpty()) {
      return "no class archive in the bundle";
    }
    List<String> mapped = MappedFiles.here().paths();
    if (mapped.isEmpty()) {
      return "without /proc it is unknown whether the class archive is used";
    }
    boolean used =
        archives.stream()
            .anyMatch(archive -> mapped.stream().anyMatch(path -> path.contains("/" + archive)));
    return "the class archive is " + (used ? "used" : "not used: starts are slower");
  }

  private void golden() {
    try {
      Golden golden = Golden.read(bundle);
      DetectorOptions options =
          DetectorOptions.defaults()
              .withRequests(1)
              .withDetect(
                  DetectOptions.defaults()
                      .withConfidence(golden.confidence())
                      .withIou(golden.iou()));
      try (Detector detector = Detector.open(bundle.resolve(MODEL), options)) {
        for (Golden.GoldenPicture picture : golden.pictures()) {
          Path file = bundle.resolve(Golden.FOLDER).resolve(picture.file());
          GoldenComparison comparison = GoldenComparison.of(golden, picture, detector.detect(file));
          say(picture.file(), comparison.complaint(), comparison.agreement());
        }
        if (checks.stream().allMatch(Check::holds)) {
          ServiceLoader.load(SelfTestPart.class).forEach(part -> check(part, detector, golden));
        }
      }
    } catch (OvkitException e) {
      fails("golden pictures", String.valueOf(e.getMessage()));
    }
  }

  private void check(SelfTestPart part, Detector detector, Golden golden) {
    try {
      holds(part.name(), part.check(detector, golden, bundle.resolve(Golden.FOLDER)));
    } catch (OvkitException e) {
      fails(part.name(), String.valueOf(e.getMessage()));
    }
  }

  private boolean say(String name, Optional<String> complaint, String fine) {
    return complaint.isPresent() ? fails(name, complaint.get()) : holds(name, fine);
  }

  private boolean holds(String name, String text) {
    checks.add(new Check(name, true, text));
    return true;
  }

  private boolean fails(String name, String text) {
    checks.add(new Check(name, false, text));
    return false;
  }
}
