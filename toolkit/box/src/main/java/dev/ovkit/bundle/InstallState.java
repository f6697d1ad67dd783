package dev.ovkit.bundle;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a box remembers of its releases: file {@code state.json} in its root.
 *
 * @param releases that were installed and verified and are still there, in the order in which they
 *     came into use
 * @param floors by key, the highest version that it ever signed and that was installed here;
 *     outlives its release
 */
record InstallState(List<Release> releases, Map<String, Floor> floors) {

  static final String FILE = "state.json";
  private static final int FORMAT = 1;

  /**
   * A release that was installed and verified.
   *
   * @param id the name of its folder
   * @param name of the application
   * @param manifest SHA-256 of its manifest
   * @param key that signed it; null if it is unsigned
   * @param withdrawn whether it was left by a rollback
   */
  record Release(
      String id,
      String name,
      ReleaseVersion version,
      String manifest,
      @Nullable String key,
      boolean withdrawn) {

    Release with(boolean left) {
      return new Release(id, name, version, manifest, key, left);
    }
  }

  /**
   * The lowest version that may be installed.
   *
   * @param manifest SHA-256 of the one manifest of this version
   */
  record Floor(ReleaseVersion version, String manifest) {}

  InstallState {
    releases = List.copyOf(releases);
    floors = Collections.unmodifiableMap(new TreeMap<>(floors));
  }

  static final InstallState NOTHING = new InstallState(List.of(), Map.of());

  /** Returns whether there is a state at all. */
  static boolean isIn(Path root) {
    return Files.exists(root.resolve(FILE));
  }

  static InstallState read(Path root) {
    Path file = root.resolve(FILE);
    try {
      JsonObject fields = JsonObject.read(file);
      fields.requireFormat(FORMAT);
      List<Release> releases = new ArrayList<>();
      for (JsonObject release : fields.objects("releases")) {
        releases.add(
            new Release(
                id(release.text("id")),
                release.text("name"),
                new ReleaseVersion(release.text("version")),
                release.text("manifest"),
                release.has("key") ? release.text("key") : null,
                release.flag("withdrawn")));
      }
      Map<String, Floor> floors = new TreeMap<>();
      for (JsonObject floor : fields.objects("floors")) {
        floors.put(
            floor.text("key"),
            new Floor(new ReleaseVersion(floor.text("version")), floor.text("manifest")));
      }
      return new InstallState(releases, floors);
    } catch (IOException | IllegalArgumentException e) {
      throw BundleException.unreadable(
          "'%s' cannot be read: %s; without it ovkit does not know which versions were installed: restore it, or install into a new root"
              .formatted(file, e.getMessage()),
          file,
          e);
    }
  }

  private static String id(String text) throws IOException {
    if (!text.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,199}")) {
      throw new IOException("release '%s'".formatted(ManifestFile.printable(text)));
    }
    return text;
  }

  void write(Path root) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Release release : releases) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("id", release.id());
      object.put("name", release.name());
      object.put("version", release.version().text());
      object.put("manifest", release.manifest());
      if (release.key() != null) {
        object.put("key", release.key());
      }
      object.put("withdrawn", release.withdrawn());
      list.add(object);
    }
    List<Map<String, Object>> floorList = new ArrayList<>();
    floors.forEach(
        (key, floor) -> {
          Map<String, Object> object = new LinkedHashMap<>();
          object.put("key", key);
          object.put("version", floor.version().text());
          object.put("manifest", floor.manifest());
          floorList.add(object);
        });
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("format", FORMAT);
    object.put("releases", list);
    object.put("floors", floorList);
    try {
      JsonFile.write(root.resolve(FILE), object);
    } catch (IOException e) {
      throw OutputException.of(root.resolve(FILE), e);
    }
  }

  Optional<Release> release(String id) {
    return releases.stream().filter(release -> release.id().equals(id)).findFirst();
  }

  /** The release that was in use before another and did not have to be left, or nothing. */
  Optional<Release> before(String id) {
    Release last = null;
    for (Release release : releases) {
      if (release.id().equals(id)) {
        break;
      }
      if (!release.withdrawn()) {
        last = release;
      }
    }
    return Optional.ofNullable(last);
  }

  /**
   * Puts a release into use: it becomes the last one, and its version the lowest allowed for its
   * key.
   */
  InstallState using(Release release) {
    List<Release> changed = new ArrayList<>(releases);
    changed.removeIf(other -> other.id().equals(release.id()));
    changed.add(release.with(false));
    Map<String, Floor> raised = new TreeMap<>(floors);
    if (release.key() != null) {
      raised.put(release.key(), new Floor(release.version(), release.manifest()));
    }
    return new InstallState(changed, raised);
  }

  /**
   * Leaves a release for another: for an older one it is withdrawn, and no rollback returns to it.
   */
  InstallState goingBack(String from, String to) {
    List<String> ids = releases.stream().map(Release::id).toList();
    boolean older = ids.indexOf(to) < ids.indexOf(from);
    return new InstallState(
        releases.stream()
            .map(r -> r.id().equals(to) ? r.with(false) : r)
            .map(r -> r.id().equals(from) && older ? r.with(true) : r)
            .toList(),
        floors);
  }

  InstallState without(List<Release> gone) {
    return new InstallState(releases.stream().filter(r -> !gone.contains(r)).toList(), floors);
  }

  /**
   * Refuses a version that is lower than one that the same key signed before, and another bundle of
   * the same version.
   */
  void requireNotBack(String key, Manifest manifest, String manifestSha256) {
    Floor floor = floors.get(key);
    if (floor == null) {
      return;
    }
    int order = manifest.version().compareTo(floor.version());
    if (order < 0) {
      throw new BundleException(
          "version %s is older than %s, which was installed here before; to go back to a release that is still there, use 'ovkit rollback'"
              .formatted(manifest.version(), floor.version()));
    }
    if (order == 0 && !manifestSha256.equals(floor.manifest())) {
      throw new BundleException(
          "another bundle with version %s was installed here before; a changed bundle needs a higher version"
              .formatted(manifest.version()));
    }
  }
}
