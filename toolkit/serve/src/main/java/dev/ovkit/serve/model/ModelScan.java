package dev.ovkit.serve.model;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the files of the models looked like at a moment.
 *
 * @param found each version by its {@link ModelFiles#key}
 * @param problems what cannot be served
 */
record ModelScan(Map<String, Seen> found, Set<String> problems) {

  /**
   * A version.
   *
   * @param state of its files
   */
  record Seen(ModelFiles files, String state) {

    /** Whether its files look as they did. */
    boolean isUnchanged() {
      return files.state().equals(state);
    }
  }

  /** Looks at files that are known. */
  static ModelScan of(List<ModelFiles> files) {
    ModelScan scan = new ModelScan(new LinkedHashMap<>(), new TreeSet<>());
    files.forEach(scan::add);
    return scan;
  }

  /** Looks what there is. */
  static ModelScan now(List<ModelPlace> places) {
    ModelScan scan = new ModelScan(new LinkedHashMap<>(), new TreeSet<>());
    for (ModelPlace place : places) {
      ModelListing listing = ModelListing.of(place);
      listing.models().stream().filter(files -> Files.exists(files.ir())).forEach(scan::add);
      scan.problems.addAll(listing.problems());
    }
    return scan;
  }

  private void add(ModelFiles files) {
    Seen other = found.putIfAbsent(files.key(), new Seen(files, files.state()));
    if (other != null && !other.files().equals(files)) {
      problems.add(
          "'%s' and '%s' are both version %s of the model %s; rename one"
              .formatted(other.files().ir(), files.ir(), files.version(), files.name()));
    }
  }

  /** Returns how a version looks; an empty text if it is not there. */
  String state(String key) {
    Seen seen = found.get(key);
    return seen == null ? "" : seen.state();
  }

  /** Whether a name has versions, of which none is one of these. */
  boolean replaces(String name, Set<String> keys) {
    List<String> its =
        found.values().stream()
            .map(Seen::files)
            .filter(files -> files.name().equals(name))
            .map(ModelFiles::key)
            .toList();
    return !its.isEmpty() && its.stream().noneMatch(keys::contains);
  }
}
