package dev.ovkit.serve.model;

import dev.ovkit.OptionException;
import dev.ovkit.bundle.BundleException;
import dev.ovkit.bundle.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The models that a path stands for: an IR; a folder of IRs; a folder with the versions of one
 * model, {@code parts/1/model.xml}; an unpacked bundle or an installed release, with the name and
 * the version of its manifest; the folder of a box's releases, of which the one in use counts; or a
 * folder of such folders.
 */
public final class ModelListing {

  private static final String VERSION = "\\d{1,18}";

  /** The folder of a bundle that has its model, and the model. */
  static final String MODEL_IN_BUNDLE = "model/";

  private static final String IN_BUNDLE = MODEL_IN_BUNDLE + "model.xml";

  /** The release in use, in the folder of a box's releases. */
  private static final String CURRENT = "current";

  private final Optional<String> name;
  private final List<ModelFiles> models = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private ModelListing(Optional<String> name) {
    this.name = name;
  }

  /** Lists what there is now. */
  public static ModelListing of(ModelPlace place) {
    ModelListing listing = new ModelListing(place.name());
    Path path = place.path();
    try {
      listing.addAll(path);
    } catch (IOException | UncheckedIOException e) {
      listing.problems.add("'%s' cannot be read: %s".formatted(path, e.getMessage()));
    }
    if (listing.name.isPresent()
        && listing.models.stream().map(ModelFiles::name).distinct().count() > 1) {
      listing.problems.add(
          "'%s' has several models, which cannot all be called %s; leave the name out"
              .formatted(path, listing.name.get()));
    }
    return listing;
  }

  /** Returns the models, without those of {@link #problems}. */
  public List<ModelFiles> models() {
    return models;
  }

  /** Returns what cannot be served, each with its reason. */
  public List<String> problems() {
    return problems;
  }

  /**
   * Returns the models of a path that must have some, and no problem.
   *
   * @throws OptionException if it is not so
   */
  public static List<ModelFiles> require(ModelPlace place) {
    ModelListing listing = of(place);
    if (!listing.problems.isEmpty()) {
      throw new OptionException(listing.problems.get(0));
    }
    if (listing.models.isEmpty()) {
      throw new OptionException(
          "'%s' has no model: expected an .xml with its .bin, a bundle, or a folder of them, or of versions such as 1/model.xml"
              .formatted(place.path()));
    }
    return listing.models;
  }

  private void addAll(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      add(nameOf(path), ServedModel.ONLY, path);
      return;
    }
    List<Path> irs = irs(path);
    for (Path ir : irs) {
      models.add(
          new ModelFiles(
              irs.size() == 1 ? name.orElseGet(() -> nameOf(ir)) : nameOf(ir),
              ServedModel.ONLY,
              ir,
              Optional.empty()));
    }
    if (irs.isEmpty() && !addBundle(path) && !addVersions(path)) {
      for (Path one : folders(path)) {
        addFolder(one);
      }
    }
  }

  /** Adds what a folder among others has. */
  private void addFolder(Path folder) throws IOException {
    if (!addBundle(folder) && !addVersions(folder)) {
      for (Path ir : irs(folder)) {
        add(folder(folder), ServedModel.ONLY, ir);
      }
    }
  }

  private void add(String own, String version, Path ir) {
    models.add(new ModelFiles(name.orElse(own), version, ir, Optional.empty()));
  }

  /** Returns whether the folder is a bundle, or has one in use. */
  private boolean addBundle(Path folder) throws IOException {
    for (Path bundle : List.of(folder, folder.resolve(CURRENT))) {
      if (Files.isRegularFile(bundle.resolve(Manifest.FILE))
          && Files.exists(bundle.resolve(IN_BUNDLE))) {
        // Of one release, whatever 'current' points to a moment later.
        Path real = bundle.toRealPath();
        try {
          Manifest manifest = Manifest.read(real);
          models.add(
              new ModelFiles(
                  name.orElse(manifest.name()),
                  manifest.version().text(),
                  real.resolve(IN_BUNDLE),
                  Optional.of(real)));
        } catch (BundleException e) {
          problems.add("'%s' cannot be served: %s".formatted(bundle, e.getMessage()));
        }
        return true;
      }
    }
    return false;
  }

  /** Returns whether the folder has versions. */
  private boolean addVersions(Path folder) throws IOException {
    boolean found = false;
    for (Path version : folders(folder)) {
      if (folder(version).matches(VERSION)) {
        found = true;
        List<Path> irs = irs(version);
        if (irs.size() == 1) {
          add(folder(folder), folder(version), irs.get(0));
        } else {
          problems.add(
              "'%s' has %d models, expected one: it is a version of %s"
                  .formatted(version, irs.size(), name.orElseGet(() -> folder(folder))));
        }
      }
    }
    return found;
  }

  static String nameOf(Path ir) {
    return String.valueOf(ir.getFileName()).replaceFirst("(?i)\\.xml$", "");
  }

  private static String folder(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  /** An .xml without a .bin beside it is no IR. */
  private static List<Path> irs(Path folder) throws IOException {
    return entries(folder).stream()
        .filter(file -> file.toString().endsWith(".xml"))
        .filter(file -> Files.exists(file.resolveSibling(nameOf(file) + ".bin")))
        .toList();
  }

  private static List<Path> folders(Path folder) throws IOException {
    return entries(folder).stream().filter(Files::isDirectory).toList();
  }

  /** Hidden entries are left out: they are unfinished, or belong to another program. */
  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !folder(file).startsWith(".")).sorted().toList();
    }
  }
}
