package dev.ovkit.pack;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.Trees;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vafer.jdeb.Compression;
import org.vafer.jdeb.Console;
import org.vafer.jdeb.DataConsumer;
import org.vafer.jdeb.DebMaker;
import org.vafer.jdeb.PackagingException;
import org.vafer.jdeb.shaded.commons.compress.archivers.tar.TarArchiveEntry;
import org.vafer.jdeb.shaded.commons.compress.archivers.tar.TarConstants;

/**
 * Makes of a bundle a package for Debian and Ubuntu: the bundle's files in {@code /opt/ovkit/NAME},
 * and a service, {@code ovkit-NAME}, that watches {@code /var/lib/ovkit/NAME/in} and writes to
 * {@code …/out}. The same bundle gives the same bytes.
 */
public final class DebianPackage {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
  private static final Pattern VERSION = Pattern.compile("[0-9][A-Za-z0-9.+~]{0,63}");
  private static final List<String> CONTROL =
      List.of("control", "preinst", "postinst", "prerm", "postrm");

  private static final int FOLDER = 040755;
  private static final int PLAIN = 0100644;
  private static final int EXECUTABLE = 0100755;
  private static final int LINK = 0120777;

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
          "'%s' is no name of a Debian package; expected small letters, digits, dots and hyphens"
              .formatted(name));
    }
    if (!VERSION.matcher(version).matches()) {
      throw new OptionException(
          "'%s' is no version of a Debian package; expected a digit, then letters, digits and . + ~"
              .formatted(version));
    }
    new DebianPackage(bundle, name, version).write(fast ? Compression.GZIP : Compression.XZ, out);
  }

  private void write(Compression compression, Path out) {
    long seconds = mtime();
    Path folder = out.toAbsolutePath().getParent();
    Path control = null;
    Path staged = null;
    try {
      Files.createDirectories(folder);
      control = Files.createTempDirectory("ovkit-deb-");
      staged = Files.createTempFile(folder, ".ovkit-", ".deb");
      for (String file : CONTROL) {
        Files.write(control.resolve(file), template(file));
      }
      DebMaker maker = new DebMaker(new Quiet(), List.of(this::bundle, this::system), List.of());
      maker.setControl(control.toFile());
      maker.setDeb(staged.toFile());
      maker.setEncoding(UTF_8);
      maker.setTarLongFileMode("posix");
      maker.setTarBigNumberMode("posix");
      maker.setDigest("SHA256");
      maker.setOutputTimestampMs(seconds * 1000);
      maker.createDeb(compression);
      Files.setPosixFilePermissions(staged, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(staged, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (PackagingException e) {
      throw new OutputException("cannot make '%s': %s".formatted(out, e.getMessage()), e);
    } catch (IOException e) {
      throw OutputException.of(out, e);
    } finally {
      for (Path left : Stream.of(staged, control).filter(Objects::nonNull).toList()) {
        Trees.deleteIfPossible(left);
      }
    }
  }

  /** The one time of all files: by another one the JVM would refuse its archive of classes. */
  private long mtime() {
    Path manifest = bundle.resolve("manifest.json");
    try {
      if (Files.isExecutable(bundle.resolve("bin/ovkit"))
          && JsonFile.read(manifest).get("mtime") instanceof Number seconds) {
        return seconds.longValue();
      }
    } catch (IOException e) {
      throw new OptionException(
          "'%s' is no bundle: its manifest.json cannot be read; give the folder that ovkit package made"
              .formatted(bundle),
          e);
    }
    throw new OptionException(
        "'%s' is no bundle: bin/ovkit or the manifest's mtime is missing; give the folder that ovkit package made"
            .formatted(bundle));
  }

  private String packageName() {
    return "ovkit-" + name;
  }

  // ---- files

  /** The bundle as it is. */
  private void bundle(DataConsumer consumer) throws IOException {
    String home = "./opt/ovkit/" + name;
    try (Stream<Path> walk = Files.walk(bundle)) {
      for (Path path : walk.sorted(Comparator.comparing(Path::toString)).toList()) {
        String below = bundle.relativize(path).toString();
        put(consumer, path, below.isEmpty() ? home : home + "/" + below);
      }
    }
  }

  private static void put(DataConsumer consumer, Path path, String target) throws IOException {
    if (Files.isSymbolicLink(path)) {
      TarArchiveEntry link = new TarArchiveEntry(target, TarConstants.LF_SYMLINK);
      link.setLinkName(Files.readSymbolicLink(path).toString());
      link.setIds(0, 0);
      link.setNames("root", "root");
      link.setMode(LINK);
      consumer.onEachLink(link);
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      consumer.onEachDir(entry(target + "/", FOLDER, 0));
    } else {
      int mode = Files.isExecutable(path) ? EXECUTABLE : PLAIN;
      try (InputStream content = Files.newInputStream(path)) {
        consumer.onEachFile(content, entry(target, mode, Files.size(path)));
      }
    }
  }

  /** What a Debian system wants besides. */
  private void system(DataConsumer consumer) throws IOException {
    Map<String, String> files =
        Map.of(
            "./usr/lib/systemd/system/%s.service".formatted(packageName()),
            "service",
            "./usr/share/doc/%s/copyright".formatted(packageName()),
            "copyright",
            "./usr/share/doc/%s/service.md".formatted(packageName()),
            "service.md");
    for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
      byte[] content = template(file.getValue());
      consumer.onEachFile(
          new ByteArrayInputStream(content), entry(file.getKey(), PLAIN, content.length));
    }
  }

  private static TarArchiveEntry entry(String target, int mode, long size) {
    TarArchiveEntry entry = new TarArchiveEntry(target, true);
    entry.setIds(0, 0);
    entry.setNames("root", "root");
    entry.setMode(mode);
    entry.setSize(size);
    return entry;
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

  /** The library neither prints nor logs. */
  private static final class Quiet implements Console {
    @Override
    public void debug(String message) {}

    @Override
    public void info(String message) {}

    @Override
    public void warn(String message) {}
  }
}
