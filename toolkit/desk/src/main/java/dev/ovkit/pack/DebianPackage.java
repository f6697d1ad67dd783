package dev.ovkit.pack;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.StagedFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;

/**
 * Makes of a bundle a package for Debian and Ubuntu: the bundle's files in {@code /opt/ovkit/NAME},
 * and a service, {@code ovkit-NAME}, that watches {@code /var/lib/ovkit/NAME/in} and writes to
 * {@code …/out}. A bundle with video also has {@code ovkit-NAME-stream}, which watches the cameras
 * that {@code /etc/ovkit/NAME/stream} names, and one with a server {@code ovkit-NAME-serve}. The
 * same bundle gives the same bytes.
 */
public final class DebianPackage {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
  private static final Pattern VERSION = Pattern.compile("[0-9][A-Za-z0-9.+~]{0,63}");
  private static final List<String> SCRIPTS = List.of("postinst", "postrm", "preinst", "prerm");

  private static final int MODE = 0100644;

  /** No name and no time in a header, so the same files give the same bytes. */
  private static final GzipParameters GZIP = new GzipParameters();

  private final Path bundle;
  private final String name;
  private final String version;

  private DebianPackage(Path bundle, String name, String version) {
    this.bundle = bundle;
    this.name = name;
    this.version = version;
  }

  /**
   * Writes a package.
   *
   * @param bundle the folder of a bundle: {@code manifest.json}, {@code bin/ovkit} and what belongs
   *     to them
   * @param name the application's: small letters, digits, dots, hyphens
   * @param version begins with a digit; letters, digits, and {@code . + ~}
   * @param fast whether to compress less (by gzip), in a fraction of the time
   * @param out the {@code .deb}, which appears whole or not at all
   * @throws OptionException when the folder is no bundle, or a name or version is not Debian's
   * @throws OutputException when it cannot be written
   */
  public static void write(Path bundle, String name, String version, boolean fast, Path out) {
    if (!NAME.matcher(name).matches()) {
      throw new OptionException(
          "'%s' is not a valid name of a Debian package; expected lower-case letters, digits, dots and hyphens"
              .formatted(name));
    }
    if (!VERSION.matcher(version).matches()) {
      throw new OptionException(
          "'%s' is not a valid version of a Debian package; expected a digit, then letters, digits and . + ~"
              .formatted(version));
    }
    new DebianPackage(bundle, name, version).write(fast, out);
  }

  private void write(boolean fast, Path out) {
    long seconds = mtime();
    try (StagedFiles staged = StagedFiles.in(StagedFiles.parent(out.toAbsolutePath()))) {
      Path data = staged.resolve("data");
      DebianTar files = new DebianTar(seconds);
      try (OutputStream stream = compressed(data, fast)) {
        files.write(stream, this::bundle, this::system);
      }
      Path control = staged.resolve("control");
      try (OutputStream stream = compressed(control, true)) {
        new DebianTar(seconds).write(stream, tar -> control(tar, files));
      }
      Path whole = staged.resolve("package.deb");
      try (ArArchiveOutputStream ar = new ArArchiveOutputStream(Files.newOutputStream(whole))) {
        member(ar, "debian-binary", seconds, "2.0\n".getBytes(UTF_8));
        member(ar, "control.tar.gz", seconds, Files.readAllBytes(control));
        member(ar, fast ? "data.tar.gz" : "data.tar.xz", seconds, data);
      }
      Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(whole, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw OutputException.of(out, e);
    }
  }

  private static OutputStream compressed(Path file, boolean fast) throws IOException {
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
    return fast ? new GzipCompressorOutputStream(out, GZIP) : new XZCompressorOutputStream(out);
  }

  /** The one time of all files: by another one the JVM would refuse its class archive. */
  private long mtime() {
    Path manifest = bundle.resolve("manifest.json");
    try {
      if (Files.isExecutable(bundle.resolve("bin/ovkit"))
          && JsonFile.read(manifest).get("mtime") instanceof Number seconds) {
        return seconds.longValue();
      }
    } catch (IOException e) {
      throw new OptionException(
          "'%s' is not a bundle: its manifest.json cannot be read; give the folder that 'ovkit package' made"
              .formatted(bundle),
          e);
    }
    throw new OptionException(
        "'%s' is not a bundle: bin/ovkit or the manifest's mtime is missing; give the folder that 'ovkit package' made"
            .formatted(bundle));
  }

  private String packageName() {
    return "ovkit-" + name;
  }

  // ---- files

  /** The bundle as it is. */
  private void bundle(DebianTar tar) throws IOException {
    String home = "opt/ovkit/" + name;
    try (Stream<Path> walk = Files.walk(bundle)) {
      for (Path path : walk.sorted(Comparator.comparing(Path::toString)).toList()) {
        String below = bundle.relativize(path).toString();
        tar.add(path, below.isEmpty() ? home : home + "/" + below);
      }
    }
  }

  /** What a Debian system needs besides. */
  private void system(DebianTar tar) throws IOException {
    tar.add(
        "usr/lib/systemd/system/%s.service".formatted(packageName()), template("service"), false);
    if (hasVideo()) {
      tar.add(
          "usr/lib/systemd/system/%s-stream.service".formatted(packageName()),
          template("stream"),
          false);
      tar.add("usr/share/doc/%s/stream.md".formatted(packageName()), template("stream.md"), false);
    }
    if (hasServer()) {
      tar.add(
          "usr/lib/systemd/system/%s-serve.service".formatted(packageName()),
          template("serve"),
          false);
      tar.add(
          "usr/lib/systemd/system/%s-serve.socket".formatted(packageName()),
          template("serve.socket"),
          false);
      tar.add("usr/share/doc/%s/serve.md".formatted(packageName()), template("serve.md"), false);
    }
    tar.add("usr/share/doc/%s/copyright".formatted(packageName()), template("copyright"), false);
    tar.add("usr/share/doc/%s/service.md".formatted(packageName()), template("service.md"), false);
  }

  private boolean hasVideo() throws IOException {
    return has("native", "libavformat.so");
  }

  private boolean hasServer() throws IOException {
    return has("lib", "ovkit-serve");
  }

  private boolean has(String folder, String beginning) throws IOException {
    try (Stream<Path> files = Files.list(bundle.resolve(folder))) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(beginning));
    }
  }

  private void control(DebianTar tar, DebianTar files) throws IOException {
    String fields = new String(template("control"), UTF_8);
    if (hasVideo()) {
      fields = fields.replace("zlib1g,", "zlib1g, libudev1,");
    }
    // In its usual place: after the fields of the package's needs.
    String size = "Installed-Size: %d\n".formatted(files.kibibytes());
    tar.add("control", fields.replace("Maintainer:", size + "Maintainer:").getBytes(UTF_8), false);
    tar.add("md5sums", files.md5sums().getBytes(UTF_8), false);
    for (String script : SCRIPTS) {
      tar.add(script, template(script), true);
    }
  }

  private static void member(ArArchiveOutputStream ar, String name, long mtime, byte[] bytes)
      throws IOException {
    ar.putArchiveEntry(new ArArchiveEntry(name, bytes.length, 0, 0, MODE, mtime));
    ar.write(bytes);
    ar.closeArchiveEntry();
  }

  private static void member(ArArchiveOutputStream ar, String name, long mtime, Path file)
      throws IOException {
    ar.putArchiveEntry(new ArArchiveEntry(name, Files.size(file), 0, 0, MODE, mtime));
    Files.copy(file, ar);
    ar.closeArchiveEntry();
  }

  private byte[] template(String file) throws IOException {
    try (InputStream resource = DebianPackage.class.getResourceAsStream("debian/" + file)) {
      if (resource == null) {
        throw new IllegalStateException("debian/" + file + " is not in this jar");
      }
      return new String(resource.readAllBytes(), UTF_8)
          .replace("@PACKAGE@", packageName())
          .replace("@NAME@", name)
          .replace("@VERSION@", version)
          .getBytes(UTF_8);
    }
  }
}
