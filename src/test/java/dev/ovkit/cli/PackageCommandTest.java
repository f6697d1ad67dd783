package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cyclonedx.Version;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit package} on the project's own model. */
@Tag("integration")
class PackageCommandTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home", ".."));
  private static final Path IR = HOME.resolve("ir-models/conveyor-parts.xml");
  private static final Path PICTURE = HOME.resolve("ir-models/pictures/000000.jpg");
  private static final int KILLS = Integer.getInteger("ovkit.packagings", 4);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> NOT_IN_THE_MANIFEST = Set.of("manifest.json", "manifest.sig");

  @TempDir private static Path shared;
  private static Path bundle;
  private static String printed;

  @TempDir private Path folder;

  @BeforeAll
  static void packTheDemoModel() {
    Path key = shared.resolve("signing.key");
    SigningKey.generate().write(key);
    bundle = shared.resolve("app-1.2.0");
    Cli packed = Cli.run("package", "--ir", IR, "--golden", PICTURE, "--key", key, "-o", bundle);
    assertThat(packed.exitCode()).as(packed.err()).isEqualTo(ExitCode.DONE);
    printed = packed.out();
  }

  /** Bundles of other tasks without a JRE, and what makes them fail: {@link TaskBundleTest}. */
  @Test
  void aModelOfAnotherTaskIsPackedWithWhatItFinds() {
    Path onnx = Cli.shared().resolve("families/11n-seg.onnx");
    Path picture = Cli.shared().resolve("pictures/000000011511.jpg");
    Cli converted = Cli.run("convert", onnx, "-o", folder, "-n", "masks");
    assertThat(converted.exitCode()).as(converted.err()).isEqualTo(ExitCode.DONE);
    Path made = folder.resolve("masks-1.0.0");
    Path ir = folder.resolve("masks.xml");
    Cli packed = Cli.run("package", "--ir", ir, "--golden", picture, "--unsigned", "-o", made);
    assertThat(packed.exitCode()).as(packed.err()).isEqualTo(ExitCode.DONE);
    assertThat(Cli.run("self-test", "--bundle", made).done()).contains("masks overlap by at least");
  }

  // ---- what is in it

  @Test
  void itsManifestNamesEveryFileAndHolds() throws IOException {
    Manifest manifest = Manifest.read(bundle);
    BundleCheck.check(bundle);

    Set<String> named =
        manifest.files().stream().map(ManifestFile::path).collect(Collectors.toSet());
    Set<String> there = new TreeSet<>(Cli.files(bundle));
    there.removeAll(NOT_IN_THE_MANIFEST);
    assertThat(named).isEqualTo(there);
    assertThat(there)
        .contains(
            "bin/ovkit",
            "model/model.xml",
            "model/model.bin",
            "golden/000000.jpg",
            "golden/golden.json",
            "native/libopenvino_intel_cpu_plugin.so",
            "licences/openvino/LICENSE",
            "licences/javacpp/LICENSE",
            "licences/jre/java.base/LICENSE",
            "sbom.cdx.json")
        .noneMatch(path -> path.contains("onnx") || path.contains("ovkit_convert"))
        .noneMatch(path -> path.startsWith("lib/ovkit-desk"))
        .noneMatch(path -> path.contains("libav") || path.contains("ovkit-video"));
    assertThat(Cli.files(bundle)).contains("manifest.sig");
    try (Stream<Path> walk = Files.walk(bundle)) {
      assertThat(walk)
          .noneMatch(Files::isSymbolicLink)
          .allMatch(path -> mtime(path) == manifest.mtime());
    }
  }

  private static long mtime(Path path) {
    try {
      FileTime time = Files.getLastModifiedTime(path);
      return time.to(TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void everyLibraryHasALicence() throws IOException {
    for (String jar : Cli.files(bundle.resolve("lib"))) {
      if (jar.endsWith(".jar")) {
        Path licences = bundle.resolve("licences/" + jar.replaceFirst("(-[0-9.]+)?\\.jar$", ""));
        assertThat(Cli.files(licences)).as(jar).isNotEmpty();
      }
    }
  }

  @Test
  void itsBillOfMaterialsIsValidAndListsEveryFileWithItsHash() throws IOException {
    byte[] sbom = Files.readAllBytes(bundle.resolve("sbom.cdx.json"));
    assertThat(new JsonParser().validate(sbom, Version.VERSION_16)).isEmpty();

    List<String> listed = new ArrayList<>();
    JsonNode root = JSON.readTree(sbom);
    assertThat(root.has("serialNumber")).isFalse();
    assertThat(root.path("metadata").has("timestamp")).isFalse();
    for (JsonNode part : root.path("components")) {
      for (JsonNode file : part.path("components")) {
        JsonNode hash = file.path("hashes").path(0);
        assertThat(hash.path("alg").asText()).isEqualTo("SHA-256");
        listed.add(file.path("name").asText() + " " + hash.path("content").asText());
      }
    }
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(
            Manifest.read(bundle).files().stream()
                .filter(file -> !file.path().equals("sbom.cdx.json"))
                .map(file -> file.path() + " " + file.sha256())
                .toList());
  }

  @Test
  void theTableTellsWhatTakesWhat() throws IOException {
    long bytes = 0;
    for (String file : Cli.files(bundle)) {
      bytes += Files.size(bundle.resolve(file));
    }
    assertThat(bytes).isLessThan(200_000_000L);
    assertThat(printed)
        .contains(
            "signed by ", "OpenVINO ", "Java runtime ", "model ", "%.1f MB".formatted(bytes / 1e6));
  }

  // ---- that it runs

  @Test
  void itRunsFromAPathWithSpacesThroughALinkAndWithoutAnEnvironment() throws Exception {
    Path releases = Files.createDirectories(folder.resolve("a place/re leases"));
    copy(bundle, releases.resolve("1"));
    Path current =
        Files.createSymbolicLink(folder.resolve("a place/current"), Path.of("re leases/1"));

    Run run = start(current.resolve("bin/ovkit"), "infer", "--json", "--image", PICTURE);

    assertThat(run.err()).isEmpty();
    JsonNode found = JSON.readTree(run.out()).path("pictures").path(0).path("detections");
    JsonNode golden =
        JSON.readTree(bundle.resolve("golden/golden.json").toFile())
            .path("pictures")
            .path(0)
            .path("detections");
    assertThat(found).hasSameSizeAs(golden).isNotEmpty();
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.path(i).path("label")).isEqualTo(golden.path(i).path("label"));
      assertThat(found.path(i).path("score").asDouble())
          .isCloseTo(
              golden.path(i).path("score").asDouble(), org.assertj.core.data.Offset.offset(1e-4));
    }
  }

  @Test
  void itReadsPicturesWhoseNamesAreNotAsciiUnderTheCLocale() throws Exception {
    // By a shell, for this JVM's own locale may not know the letter.
    Process copied =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "cp \"$1\" \"$2/$(printf 'Stra\\303\\237e 1.jpg')\"",
                "sh",
                PICTURE.toString(),
                folder.toString())
            .start();
    assertThat(copied.waitFor()).isZero();

    Run run = start(bundle.resolve("bin/ovkit"), "infer", "--image", folder);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("Straße 1.jpg");
  }

  @Test
  void itsSelfTestHoldsAndNoticesAChangedModel() throws Exception {
    assertThat(start(bundle.resolve("bin/ovkit"), "self-test").exitCode()).isZero();

    Path damaged = folder.resolve("damaged");
    copy(bundle, damaged);
    byte[] weights = Files.readAllBytes(damaged.resolve("model/model.bin"));
    weights[weights.length / 2] ^= 1;
    Files.write(damaged.resolve("model/model.bin"), weights);
    Run run = start(damaged.resolve("bin/ovkit"), "self-test");
    assertThat(run.exitCode()).isEqualTo(ExitCode.DOES_NOT_HOLD);
    assertThat(run.err()).contains("model/model.bin");
  }

  // ---- that it is always the same, and never half

  @Test
  void anotherFolderUmaskZoneAndLocaleGiveTheSameFiles() throws Exception {
    Path other = Files.createDirectories(folder.resolve("other place")).resolve("app-1.2.0");
    Process process =
        command(
                "umask 077; exec \"$@\"",
                "--ir",
                IR,
                "--golden",
                PICTURE,
                "--unsigned",
                "-o",
                other)
            .start();
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();

    assertThat(other.resolve("manifest.json"))
        .hasSameBinaryContentAs(bundle.resolve("manifest.json"));
    assertThat(other.resolve("manifest.sig")).doesNotExist();
    assertThat(Files.getPosixFilePermissions(other.resolve("lib"))).hasSize(7);
  }

  @Test
  void killedAtAnyPointItLeavesNothingOfThatNameAndTheNextRunTidiesUp() throws Exception {
    Random random = new Random(7);
    Path target = folder.resolve("app-1.0.0");
    for (int i = 0; i < KILLS; i++) {
      Process process =
          command("exec \"$@\"", "--ir", IR, "--golden", PICTURE, "--unsigned", "-o", target)
              .start();
      process.getErrorStream().close();
      boolean ended = process.waitFor(random.nextInt(9_000), TimeUnit.MILLISECONDS);
      List<ProcessHandle> children = process.descendants().toList();
      process.destroyForcibly().waitFor();
      for (ProcessHandle child : children) {
        child.onExit().get(); // they are not killed, and would write on
      }
      if (Files.exists(target)) {
        BundleCheck.check(target); // it was quicker
        delete(target);
      } else {
        assertThat(ended).isFalse();
      }
    }
    Cli.run("package", "--ir", IR, "--golden", PICTURE, "--unsigned", "-o", target);
    BundleCheck.check(target);
    try (Stream<Path> children = Files.list(folder)) {
      assertThat(children).containsExactly(target);
    }
  }

  // ---- what it refuses

  @Test
  void refusesWithAClearMessageAndLeavesNothing() throws IOException {
    Path target = folder.resolve("app-1.2.0");
    Path noPicture = Files.writeString(folder.resolve("no.jpg"), "no picture");
    Cli unreadable =
        Cli.run("package", "--ir", IR, "--golden", noPicture, "--unsigned", "-o", target);
    assertThat(unreadable.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(unreadable.err()).contains(noPicture.toString());

    Path missing = folder.resolve("missing.xml");
    Cli noIr = Cli.run("package", "--ir", missing, "--golden", PICTURE, "--unsigned", "-o", target);
    assertThat(noIr.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(noIr.err()).contains(missing.toString());

    Cli.run("package", "--ir", IR, "--golden", PICTURE, "-o", target)
        .isWrongUsage(
            "give --key FILE to sign the bundle ('ovkit keygen' makes one), or --unsigned",
            "ovkit package");
    Cli.run("package", "--ir", IR, "--unsigned", "-o", target)
        .isWrongUsage("give --golden PATH: pictures for the self-test on the box", "ovkit package");
    Cli.run("package", "--ir", IR, "--golden", PICTURE, "--unsigned", "-o", folder.resolve("app"))
        .isWrongUsage(
            "'%s' does not contain name and version, as app-1.2.0.tar.xz does; give --name and --release"
                .formatted(folder.resolve("app")),
            "ovkit package");
    Cli.run("package", "--ir", IR, "--golden", PICTURE, "--unsigned", "-o", bundle)
        .failsWith(
            ExitCode.WRONG_USAGE,
            "'%s' already exists; remove it or give another name".formatted(bundle));
    Cli.run("package", "--ir", IR, "--golden", PICTURE, "--unsigned", "--jdk", folder, "-o", target)
        .failsWith(
            ExitCode.WRONG_USAGE,
            "'%s' has no bin/jlink, which makes the bundle's JRE; give a full JDK with --jdk; on Debian or Ubuntu: apt-get install openjdk-17-jdk-headless"
                .formatted(folder));

    Cli.run(
            "package",
            "--ir",
            IR,
            "--golden",
            PICTURE,
            "--unsigned",
            "--base",
            noPicture,
            "-o",
            target)
        .failsWith(
            ExitCode.WRONG_USAGE,
            "'%s': --base goes with a container image, NAME-VERSION.oci.tar, which needs it; give both or neither"
                .formatted(target));

    try (Stream<Path> children = Files.list(folder)) {
      assertThat(children).containsExactly(noPicture);
    }
  }

  @Test
  void refusesGoldenPicturesOnWhichThereIsNothing() throws IOException {
    Path grey = TinyPictures.grey(folder.resolve("grey.png"), 320, 180);
    Cli.run("package", "--ir", IR, "--golden", grey, "--unsigned", "-o", folder.resolve("a-1.0.0"))
        .failsWith(
            ExitCode.WRONG_USAGE,
            "the model finds nothing on the golden picture %s, so the self-test could not detect a broken model; give a picture on which it finds objects"
                .formatted(grey));
  }

  // ---- model server

  @Test
  void aModelServersRepositoryNamesAModelThatIsThereAndLoads() throws IOException {
    Path repository = folder.resolve("repository");
    Cli made =
        Cli.run("package", "--ir", IR, "--format", "ovms", "--name", "parts", "-o", repository);
    assertThat(made.done()).contains("--config_path /workspace/config.json");

    JsonNode config = JSON.readTree(repository.resolve("config.json").toFile());
    JsonNode model = config.path("model_config_list").path(0).path("config");
    assertThat(model.path("name").asText()).isEqualTo("parts");
    String basePath = model.path("base_path").asText();
    assertThat(basePath).startsWith("/workspace/");
    Path ir = repository.resolve(basePath.substring("/workspace/".length())).resolve("1/model.xml");
    try (Detector detector = Detector.open(ir)) {
      assertThat(detector.detect(PICTURE).objects()).isNotEmpty();
    }
    assertThat(Cli.files(repository))
        .containsExactly("config.json", "models/parts/1/model.bin", "models/parts/1/model.xml");
  }

  @Test
  void aClusterIsToldWhatTheModelNeeds() throws IOException {
    Path objects = folder.resolve("parts-1.2.0.yaml");
    JsonNode said =
        JSON.readTree(
            Cli.run("package", IR, "--format", "kubernetes", "--json", "-o", objects).done());
    int memory = said.path("memory_mib").asInt();
    assertThat(memory).isBetween(384, 2048).matches(mib -> mib % 64 == 0);
    assertThat(Files.readString(objects))
        .contains("kind: Deployment", "image: ovkit/parts:1.2.0", "memory: " + memory + "Mi");
    Path kserve = folder.resolve("parts.yaml");
    assertThat(
            Cli.run(
                    "package",
                    IR,
                    "--format",
                    "kserve",
                    "--name",
                    "parts",
                    "--release",
                    "1.2.0",
                    "--image",
                    "registry.example/parts:7",
                    "-o",
                    kserve)
                .done())
        .contains("kubectl apply -f " + kserve);
    assertThat(Files.readString(kserve)).contains("image: registry.example/parts:7");
  }

  // ---- processes and files

  private record Run(int exitCode, String out, String err) {}

  private Run start(Path program, Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("LANG", "C");
    int exitCode = builder.start().waitFor();
    Run run = new Run(exitCode, Files.readString(out), Files.readString(err));
    Files.delete(out);
    Files.delete(err);
    return run;
  }

  /** The command as another user in another country would run it. */
  private ProcessBuilder command(String shell, Object... arguments) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", shell, "sh"));
    command.add(System.getProperty("java.home") + "/bin/java");
    for (String property : List.of("ovkit.native.dir", "ovkit.home")) {
      command.add("-D" + property + "=" + System.getProperty(property));
    }
    command.addAll(
        List.of(
            "-Dorg.bytedeco.javacpp.cacheLibraries=false",
            "-Duser.name=somebody",
            "-Duser.language=tr",
            "-Duser.country=TR",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "package"));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder
        .environment()
        .putAll(Map.of("TZ", "Asia/Kathmandu", "LC_ALL", "tr_TR.UTF-8", "HOME", folder.toString()));
    return builder;
  }

  private static void copy(Path from, Path to) throws Exception {
    Process process = new ProcessBuilder("cp", "-a", from.toString(), to.toString()).start();
    assertThat(process.waitFor()).isZero();
  }

  private static void delete(Path folder) throws Exception {
    assertThat(new ProcessBuilder("rm", "-r", folder.toString()).start().waitFor()).isZero();
  }
}
