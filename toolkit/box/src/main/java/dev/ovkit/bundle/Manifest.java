package dev.ovkit.bundle;

import dev.ovkit.internal.files.BoundedFile;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Name, version and files of a bundle: all files but the manifest itself and its signature.
 *
 * @param name of the application: small letters, digits, dots, hyphens
 * @param ovkit the version of ovkit in it
 * @param openvino the version of OpenVINO in it
 * @param requires what it needs of a machine
 * @param mtime seconds since 1970, which every file of an installed bundle is set to: an archive of
 *     classes is refused by the JVM once a jar has another time
 * @param files by rising path
 */
public record Manifest(
    String name,
    ReleaseVersion version,
    String ovkit,
    String openvino,
    HostRequirements requires,
    long mtime,
    List<ManifestFile> files) {

  /** The name of its file. */
  public static final String FILE = "manifest.json";

  /** More files than any bundle has. */
  public static final int MOST_FILES = 10_000;

  /** More bytes than any bundle has, unpacked. */
  public static final long MOST_BYTES = 1L << 30;

  /** More bytes than any manifest has. */
  static final int MOST_MANIFEST_BYTES = 8 << 20;

  private static final int FORMAT = 1;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
  private static final int HASH_IN_ID = 12;

  /**
   * Sorts and checks the files.
   *
   * @throws IllegalArgumentException if they are too many or too large, or one is named twice or is
   *     below another
   */
  public Manifest {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name '%s': expected lower-case letters, digits, dots and hyphens, 64 at most"
              .formatted(ManifestFile.printable(name)));
    }
    if (mtime < 0 || mtime > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("mtime %d".formatted(mtime));
    }
    files = files.stream().sorted(Comparator.comparing(ManifestFile::path)).toList();
    if (files.size() > MOST_FILES) {
      throw new IllegalArgumentException(
          "%d files, more than %d".formatted(files.size(), MOST_FILES));
    }
    requireTree(files);
    long bytes = 0;
    for (ManifestFile file : files) {
      bytes += Math.min(file.size(), MOST_BYTES + 1); // no overflow
    }
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "its files have more than %d bytes in all".formatted(MOST_BYTES));
    }
  }

  private static void requireTree(List<ManifestFile> files) {
    Set<String> names = new HashSet<>();
    for (ManifestFile file : files) {
      if (file.path().equals(FILE) || file.path().equals(Signature.FILE)) {
        throw new IllegalArgumentException("'%s' cannot name itself".formatted(file.path()));
      }
      if (!names.add(file.path())) {
        throw new IllegalArgumentException("'%s' is named twice".formatted(file.path()));
      }
    }
    for (ManifestFile file : files) {
      for (String folder : folders(file.path())) {
        if (names.contains(folder)) {
          throw new IllegalArgumentException(
              "'%s' is below the file '%s'".formatted(file.path(), folder));
        }
      }
    }
  }

  /** The folders above a path, highest first. */
  static List<String> folders(String path) {
    return Pattern.compile("/")
        .matcher(path)
        .results()
        .map(slash -> path.substring(0, slash.start()))
        .toList();
  }

  /**
   * Reads the manifest of a bundle's folder.
   *
   * @throws BundleException if it is missing or not a manifest
   */
  public static Manifest read(Path bundle) {
    try {
      return parse(bytes(bundle));
    } catch (BundleException e) {
      throw BundleCheck.named(bundle, e);
    }
  }

  /** Returns the manifest's exact bytes, which the signature is over. */
  static byte[] bytes(Path bundle) {
    Path file = bundle.resolve(FILE);
    try {
      if (Files.size(file) > MOST_MANIFEST_BYTES) {
        throw new BundleException("%s is too large for a manifest".formatted(FILE));
      }
      return BoundedFile.read(file, MOST_MANIFEST_BYTES);
    } catch (NoSuchFileException e) {
      throw new BundleException(
          "%s is missing: this is not a bundle, or not a complete one".formatted(FILE));
    } catch (IOException e) {
      throw BundleException.unreadable(
          "%s cannot be read: %s".formatted(FILE, e.getMessage()), file, e);
    }
  }

  /**
   * Reads a manifest.
   *
   * @throws BundleException if it is not one
   */
  public static Manifest parse(byte[] json) {
    try {
      JsonObject fields = JsonObject.parse(json);
      fields.requireFormat(FORMAT);
      JsonObject requires = fields.object("requires");
      List<ManifestFile> files = new ArrayList<>();
      for (JsonObject file : fields.objects("files")) {
        files.add(ManifestFile.read(file));
      }
      return new Manifest(
          fields.text("name"),
          new ReleaseVersion(fields.text("version")),
          fields.text("ovkit"),
          fields.text("openvino"),
          new HostRequirements(requires.texts("cpu"), requires.text("glibc")),
          fields.integer("mtime"),
          files);
    } catch (IOException | IllegalArgumentException e) {
      throw new BundleException(
          "%s is damaged or from another version of ovkit: %s".formatted(FILE, e.getMessage()), e);
    }
  }

  /** Returns the same bytes for the same manifest. */
  public byte[] bytes() {
    Map<String, Object> requirements = new LinkedHashMap<>();
    requirements.put("cpu", requires.cpu());
    requirements.put("glibc", requires.glibc());
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("format", FORMAT);
    object.put("name", name);
    object.put("version", version.text());
    object.put("ovkit", ovkit);
    object.put("openvino", openvino);
    object.put("requires", requirements);
    object.put("mtime", mtime);
    object.put("files", files.stream().map(ManifestFile::json).toList());
    return JsonFile.bytes(object);
  }

  /** Returns the sum of the files' sizes. */
  public long size() {
    return files.stream().mapToLong(ManifestFile::size).sum();
  }

  /** Returns the one folder at the top of an archive. */
  public String folder() {
    return name + "-" + version;
  }

  /**
   * Names a release: two with the same name, version and bytes are the same.
   *
   * @param manifestSha256 of the manifest's exact bytes
   */
  String releaseId(String manifestSha256) {
    return folder() + "-" + manifestSha256.substring(0, HASH_IN_ID);
  }
}
