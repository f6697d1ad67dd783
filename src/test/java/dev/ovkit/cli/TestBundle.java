package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.bundle.Golden;
import dev.ovkit.bundle.HostRequirements;
import dev.ovkit.bundle.KeyRotation;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import dev.ovkit.bundle.ReleaseVersion;
import dev.ovkit.bundle.Signature;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.convert.SealedIr;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * A bundle that works, without a JRE: its launcher starts this build's {@code ovkit} in this
 * build's JVM, its model is the project's own. With the libraries in it it has a real bundle's
 * size, without them it is small and takes those of this build.
 */
final class TestBundle {

  private static final Path MODELS =
      Path.of(System.getProperty("ovkit.home", "..")).resolve("ir-models");
  private static final Path LIBRARIES = Path.of(System.getProperty("ovkit.native.dir", ""));
  private static final Path OWN_MODEL = MODELS.resolve("conveyor-parts.xml");
  private static final List<Path> PICTURES = List.of(MODELS.resolve("pictures/000000.jpg"));

  private static @Nullable Golden answer;

  final SigningKey key;
  private String version = "1.0.0";
  private List<KeyRotation> rotations = List.of();
  private boolean libraries;
  private boolean signed = true;
  private @Nullable String launcher;
  private @Nullable Golden golden;
  private Path model = OWN_MODEL;
  private List<Path> pictures = PICTURES;

  TestBundle(SigningKey key) {
    this.key = key;
  }

  TestBundle version(String text) {
    version = text;
    return this;
  }

  TestBundle unsigned() {
    signed = false;
    return this;
  }

  TestBundle replacing(SigningKey... old) {
    List<KeyRotation> list = new ArrayList<>();
    for (SigningKey from : old) {
      list.add(KeyRotation.of(from, key.verificationKey()));
    }
    rotations = list;
    return this;
  }

  TestBundle withLibraries() {
    libraries = true;
    return this;
  }

  /** A bundle whose launcher does something else, such as to crash. */
  TestBundle launcher(String script) {
    launcher = script;
    return this;
  }

  /** A bundle that expects something else on its picture. */
  TestBundle expecting(Golden other) {
    golden = other;
    return this;
  }

  /** A bundle of another model, which finds this on its picture. */
  TestBundle of(Path xml, Path picture, Golden found) {
    model = xml;
    pictures = List.of(picture);
    golden = found;
    return this;
  }

  /** What the model finds on the picture; asked once. */
  static synchronized Golden answer() {
    if (answer == null) {
      try (Detector detector = Detector.open(OWN_MODEL)) {
        answer = Golden.of(detector, false, PICTURES);
      }
    }
    return answer;
  }

  /** Writes the bundle as a folder. */
  Path folder(Path folder) throws IOException {
    put(folder, "bin/ovkit", (launcher == null ? ownLauncher() : launcher).getBytes(UTF_8));
    folder.resolve("bin/ovkit").toFile().setExecutable(true);
    put(folder, "model/model.xml", Files.readAllBytes(model));
    put(folder, "model/model.bin", Files.readAllBytes(SealedIr.bin(model)));
    put(folder, Golden.FILE, (golden == null ? answer() : golden).bytes());
    for (Path picture : pictures) {
      put(folder, Golden.FOLDER + "/" + picture.getFileName(), Files.readAllBytes(picture));
    }
    if (libraries) {
      try (Stream<Path> files = Files.list(LIBRARIES)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          put(folder, "native/" + file.getFileName(), Files.readAllBytes(file));
        }
      }
    }
    List<ManifestFile> files = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.add(ManifestFile.of(folder, file));
      }
    }
    byte[] manifest =
        new Manifest(
                "parts",
                new ReleaseVersion(version),
                Versions.ovkit(),
                NativeRuntime.OPENVINO_VERSION,
                new HostRequirements(List.of("avx2"), "2.35"),
                1_700_000_000,
                files)
            .bytes();
    put(folder, Manifest.FILE, manifest);
    if (signed) {
      put(folder, Signature.FILE, Signature.sign(manifest, key, rotations).bytes());
    }
    return folder;
  }

  /** Writes the bundle as an archive; a folder of the same name is left beside. */
  Path archive(Path file) throws IOException {
    return pack(folder(file.resolveSibling(file.getFileName() + ".d")), file);
  }

  static Path pack(Path folder, Path file) throws IOException {
    Manifest manifest = Manifest.read(folder);
    List<Path> paths = new ArrayList<>();
    paths.add(folder.resolve(Manifest.FILE));
    paths.add(folder.resolve(Signature.FILE));
    manifest.files().forEach(f -> paths.add(folder.resolve(f.path())));
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new XZOutputStream(Files.newOutputStream(file), new LZMA2Options(0)))) {
      for (Path path : paths) {
        if (Files.exists(path)) {
          TarArchiveEntry entry =
              new TarArchiveEntry(manifest.folder() + "/" + folder.relativize(path), true);
          entry.setSize(Files.size(path));
          tar.putArchiveEntry(entry);
          Files.copy(path, tar);
          tar.closeArchiveEntry();
        }
      }
    }
    return file;
  }

  private static void put(Path folder, String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  /** Starts this build's command; with the bundle's own libraries if it has some. */
  private String ownLauncher() {
    return """
        #!/bin/sh
        home=$(cd -P -- "${0%%/*}/.." && pwd -P)
        exec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto --enable-native-access=ALL-UNNAMED \\
          -Dovkit.bundle.dir="$home" -Dovkit.native.dir="%s" \\
          -cp '%s' dev.ovkit.cli.Main "$@"
        """
        .formatted(java(), libraries ? "$home/native" : LIBRARIES.toString(), classPath());
  }

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin/java");
  }

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** The command in a process of its own, to be killed or confined. */
  static List<String> command(Object... arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                java().toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dovkit.native.dir=" + LIBRARIES,
                "-cp",
                classPath(),
                "dev.ovkit.cli.Main"));
    for (Object argument : arguments) {
      line.add(argument.toString());
    }
    return line;
  }

  /** Lets a box trust a key. */
  static void trust(Path root, SigningKey... keys) throws IOException {
    Path folder = Files.createDirectories(root.resolve("trusted"));
    for (SigningKey key : keys) {
      key.verificationKey().write(folder.resolve(key.verificationKey().id() + ".pub"));
    }
  }

  /** The names of what lies in a root's releases. */
  static Set<String> releases(Path root) throws IOException {
    try (Stream<Path> list = Files.list(root.resolve("releases"))) {
      return new TreeSet<>(list.map(p -> p.getFileName().toString()).toList());
    }
  }

  /** What {@code current} points to. */
  static String current(Path root) throws IOException {
    return Files.readSymbolicLink(root.resolve("current")).getFileName().toString();
  }
}
