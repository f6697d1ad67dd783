package dev.ovkit.pack;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.RuntimeUnavailableException;
import dev.ovkit.bundle.Golden;
import dev.ovkit.bundle.HostRequirements;
import dev.ovkit.bundle.KeyRotation;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import dev.ovkit.bundle.SelfTestProcess;
import dev.ovkit.bundle.SelfTestReport;
import dev.ovkit.bundle.Signature;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes bundles: an IR with all that a box needs to run it, as {@link dev.ovkit.bundle} describes
 * it.
 *
 * <p>The same options, ovkit and JDK on the same kind of CPU give the same bytes, wherever,
 * whenever and by whom it is made. A bundle runs once before it is finished, so one that does not
 * run is an error here. Nothing that is not whole ever has the target's name.
 */
public final class Packager {

  /** The time of all files. */
  static final LocalDateTime TIME_IN_JARS = LocalDateTime.of(2026, 1, 1, 0, 0);

  private static final long MTIME = TIME_IN_JARS.toEpochSecond(ZoneOffset.UTC);

  private static final HostRequirements REQUIREMENTS =
      new HostRequirements(List.of("avx2"), "2.35");

  private static final Set<String> EXECUTABLE =
      Set.of("bin/ovkit", "jre/bin/java", "jre/lib/jspawnhelper");

  private static final String MODEL = "model/model";
  private static final String MANIFEST_ROW = "manifest, SBOM";

  // Shares of the time, for the progress bar: compressing is most of it.
  private static final double GATHERED = 0.15;
  private static final double RUN = 0.25;

  private final PackageOptions options;
  private final JavaRuntime java;
  private final List<Library> libraries;
  private final Parts parts;
  private final @Nullable SigningKey key;
  private final List<KeyRotation> rotations;
  private final List<String> notes = new ArrayList<>();

  private Packager(PackageOptions options) {
    this.options = options;
    java = JavaRuntime.of(options.jdk());
    key = options.key().map(SigningKey::read).orElse(null);
    rotations = options.rotations().stream().map(KeyRotation::read).toList();
    Set<Library> all = new LinkedHashSet<>(Library.OF_A_BOX);
    if (options.hasVideo() || Files.exists(beside(options.ir(), "metadata.yaml"))) {
      all.add(Library.YAML);
    }
    if (options.hasVideo()) {
      all.addAll(Library.OF_VIDEO);
    }
    if (options.server()) {
      all.addAll(Library.OF_A_SERVER);
    }
    libraries = List.copyOf(all);
    parts = Parts.of(options, java, libraries);
  }

  /**
   * Makes a bundle.
   *
   * @param target what must not be there yet: a {@code .tar.xz}, a {@code .deb}, an {@code
   *     .oci.tar}, or a folder if it is called anything else
   * @param progress receives the fraction done, rising to 1, by the calling thread
   * @throws OptionException when the target exists, the JDK is none, a key is none
   * @throws dev.ovkit.ModelException when the IR is missing or damaged
   * @throws dev.ovkit.PictureException when a golden picture cannot be read
   */
  public static Packed pack(PackageOptions options, Path target, DoubleConsumer progress) {
    return new Packager(options).pack(target, progress);
  }

  private Packed pack(Path target, DoubleConsumer progress) {
    PackageFormat format = PackageFormats.of(target);
    if (options.base().isPresent() != format.needsBase()) {
      throw new OptionException(
          "'%s': --base goes with a container image, NAME-VERSION.oci.tar, which needs it; give both or neither"
              .formatted(target));
    }
    IrDescription ir = IrDescription.read(options.ir());
    Path natives = natives();
    try (StagingFolder staging = StagingFolder.beside(target)) {
      Path bundle = Files.createDirectory(staging.resolve("bundle"));
      Golden golden = golden(bundle, WeightPrecision.of(ir) == WeightPrecision.INT8);
      gather(bundle, ir, natives);
      settle(bundle);
      progress.accept(GATHERED);
      run(bundle, golden);
      describe(bundle);
      settle(bundle);
      if (options.hasVideo() || options.server()) {
        tryExtras(bundle);
      }
      progress.accept(RUN);
      PackageFormat.Written written =
          format.write(
              new BundleContent(
                  bundle,
                  options,
                  MTIME,
                  this::row,
                  fraction -> progress.accept(RUN + (1 - RUN) * fraction)),
              Files.createDirectory(staging.resolve("format")));
      List<Packed.Size> sizes = sizes(bundle, written.compressed());
      Optional<String> sha256 =
          Files.isDirectory(written.whole())
              ? Optional.empty()
              : Optional.of(Sha256.of(written.whole()));
      staging.publish(written.whole());
      progress.accept(1);
      return new Packed(
          target,
          sha256,
          Optional.ofNullable(key).map(k -> k.verificationKey().id()),
          java.version().toString(),
          sizes,
          notes);
    } catch (IOException e) {
      throw OutputException.of(target, e);
    } catch (UncheckedIOException e) {
      throw OutputException.of(target, Objects.requireNonNull(e.getCause()));
    }
  }

  private static Path natives() {
    NativeRuntime runtime = NativeRuntime.current();
    if (runtime instanceof NativeRuntime.Missing missing) {
      throw new RuntimeUnavailableException(missing.message());
    }
    return ((NativeRuntime.Found) runtime).directory();
  }

  /** First of all: a picture that cannot be read should not cost a minute. */
  private Golden golden(Path bundle, boolean int8) throws IOException {
    Path folder = Files.createDirectory(bundle.resolve(Golden.FOLDER));
    Golden golden;
    try (Detector detector = Detector.open(options.ir())) {
      golden = Golden.of(detector, int8, options.golden());
    }
    if (golden.pictures().stream().allMatch(picture -> picture.expected().isEmpty())) {
      throw new OptionException(
          "the model finds nothing on the golden picture%s, so the self-test could not detect a broken model; give a picture on which it finds objects"
              .formatted(options.golden().size() == 1 ? " " + options.golden().get(0) : "s"));
    }
    for (Path picture : options.golden()) {
      Files.copy(picture, folder.resolve(picture.getFileName().toString()));
    }
    Files.write(bundle.resolve(Golden.FILE), golden.bytes());
    return golden;
  }

  private void gather(Path bundle, IrDescription ir, Path natives) throws IOException {
    Path licences = Files.createDirectory(bundle.resolve("licences"));
    Path model = bundle.resolve(MODEL + ".xml");
    Files.createDirectory(model.getParent());
    Files.copy(ir.xml(), model);
    Files.copy(ir.weights(), bundle.resolve(MODEL + ".bin"));
    String stem = ir.xml().getFileName().toString().replaceFirst("\\.xml$", "");
    copyIfThere(beside(ir.xml(), stem + ".profile.json"), bundle.resolve(MODEL + ".profile.json"));
    copyIfThere(beside(ir.xml(), "metadata.yaml"), model.resolveSibling("metadata.yaml"));

    Path nativeFolder = Files.createDirectory(bundle.resolve("native"));
    for (String library : NativeRuntime.librariesOfABox()) {
      Files.copy(natives.resolve(library), nativeFolder.resolve(library));
    }
    for (Path library : options.video()) {
      Files.copy(library, nativeFolder.resolve(library.getFileName().toString()));
    }
    Trees.copy(natives.resolve("licenses"), licences);

    Path lib = Files.createDirectory(bundle.resolve("lib"));
    for (Library library : libraries) {
      library.copyTo(lib);
      library.copyLicencesTo(licences.resolve(library.artifact()));
    }
    java.link(bundle.resolve("jre"), licences.resolve("jre"), options.hasVideo(), options.server());

    Path launcher = bundle.resolve("bin/ovkit");
    Files.createDirectory(launcher.getParent());
    Files.writeString(launcher, launcher());
  }

  /** The jars in their order, which the class archive holds the command to. */
  private String classPath(String prefix) {
    return libraries.stream()
        .map(library -> prefix + "lib/" + library.file())
        .collect(Collectors.joining(":"));
  }

  private String launcher() throws IOException {
    String archive =
        java.archivesClasses()
            ? "-Xshare:auto -XX:SharedArchiveFile=\"$home/" + ClassArchive.FILE + "\""
            : "-Xshare:auto";
    return Resources.text("launcher.sh")
        .replace("@ARCHIVE@", archive)
        .replace("@CLASSPATH@", classPath("$home/"));
  }

  /** Runs the bundle, with what it will run with on a box. */
  private void run(Path bundle, Golden golden) throws IOException {
    String picture = Golden.FOLDER + "/" + golden.pictures().get(0).file();
    if (java.archivesClasses()) {
      ClassArchive.make(bundle, picture, classPath(""));
    } else {
      notes.add(
          "no class archive, which needs JDK 25 or newer (this is %s): the command starts more slowly; give another JDK with --jdk"
              .formatted(java.version()));
      ClassArchive.infer(bundle, picture, "");
    }
  }

  /**
   * Whether a film of a golden picture shows what the picture does, and a server answers with it,
   * is known only by trying.
   */
  private static void tryExtras(Path bundle) {
    SelfTestReport report = SelfTestProcess.run(bundle, SelfTestProcess.DEFAULT_LIMIT);
    if (!report.holds()) {
      throw new OptionException(
          "the bundle fails its self-test on this machine: %s; give another golden picture, or leave out --with"
              .formatted(report.complaint()));
    }
  }

  /** Sets what a disk would otherwise keep of the user, the umask and the hour. */
  private static void settle(Path bundle) throws IOException {
    try (Stream<Path> walk = Files.walk(bundle)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        boolean open =
            Files.isDirectory(path) || EXECUTABLE.contains(bundle.relativize(path).toString());
        Files.setPosixFilePermissions(
            path, PosixFilePermissions.fromString(open ? "rwxr-xr-x" : "rw-r--r--"));
        Files.setLastModifiedTime(path, FileTime.fromMillis(MTIME * 1000));
      }
    }
  }

  /** SBOM, manifest, signature. */
  private void describe(Path bundle) throws IOException {
    List<ManifestFile> files = files(bundle);
    Path sbom = bundle.resolve(Sbom.FILE);
    Files.write(sbom, Sbom.bytes(options, parts, files));
    files.add(ManifestFile.of(bundle, sbom));
    byte[] manifest =
        new Manifest(
                options.name(),
                options.version(),
                BuildVersions.OVKIT,
                NativeRuntime.OPENVINO_VERSION,
                REQUIREMENTS,
                MTIME,
                files)
            .bytes();
    Files.write(bundle.resolve(Manifest.FILE), manifest);
    if (key != null) {
      Files.write(bundle.resolve(Signature.FILE), Signature.sign(manifest, key, rotations).bytes());
    }
  }

  private static List<ManifestFile> files(Path bundle) throws IOException {
    List<ManifestFile> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(bundle)) {
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        files.add(ManifestFile.of(bundle, file));
      }
    }
    return files;
  }

  // ---- sizes

  private String row(String path) {
    return path.equals(Sbom.FILE) || path.equals(Manifest.FILE) || path.equals(Signature.FILE)
        ? MANIFEST_ROW
        : parts.of(path).row();
  }

  private List<Packed.Size> sizes(Path bundle, Map<String, Long> compressed) throws IOException {
    Map<String, Long> bytes = new LinkedHashMap<>();
    try (Stream<Path> walk = Files.walk(bundle)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        bytes.merge(row(bundle.relativize(file).toString()), Files.size(file), Long::sum);
      }
    }
    return new TreeMap<>(bytes)
        .entrySet().stream()
            .map(
                entry ->
                    new Packed.Size(
                        entry.getKey(),
                        entry.getValue(),
                        compressed.getOrDefault(entry.getKey(), 0L)))
            .sorted(Comparator.comparingLong(Packed.Size::bytes).reversed())
            .toList();
  }

  // ---- files

  private static Path beside(Path file, String name) {
    return file.toAbsolutePath().resolveSibling(name);
  }

  private static void copyIfThere(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.copy(from, to);
    }
  }
}
