package dev.ovkit.serve.model;

import dev.ovkit.OptionException;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The models that a path stands for: an IR; a folder of IRs; a folder with the versions of one
 * model, {@code parts/1/model.xml}; or a folder of such folders.
 */
public final class ModelListing {

  private static final String VERSION = "\\d{1,18}";

  /**
   * Lists them.
   *
   * @param name what the model is called in place of its file's name; for a path of one model
   * @param options how an IR is opened
   * @throws OptionException if there is none, or a name is given to several
   */
  public static List<ServedModel> of(
      Path path, Optional<String> name, Function<Path, DetectorOptions> options) {
    List<ServedModel> found = new ArrayList<>();
    if (!Files.isDirectory(path)) {
      found.add(
          new ServedModel(
              name.orElseGet(() -> nameOf(path)), ServedModel.ONLY, path, options.apply(path)));
      return found;
    }
    List<Path> irs = irs(path);
    if (!irs.isEmpty()) {
      for (Path ir : irs) {
        found.add(
            new ServedModel(
                irs.size() == 1 ? name.orElseGet(() -> nameOf(ir)) : nameOf(ir),
                ServedModel.ONLY,
                ir,
                options.apply(ir)));
      }
    } else if (!addVersions(path, name.orElseGet(() -> folder(path)), options, found)) {
      for (Path one : folders(path)) {
        if (!addVersions(one, name.orElseGet(() -> folder(one)), options, found)) {
          irs(one).stream()
              .map(ir -> new ServedModel(folder(one), ServedModel.ONLY, ir, options.apply(ir)))
              .forEach(found::add);
        }
      }
    }
    if (found.isEmpty()) {
      throw new OptionException(
          "'%s' has no model: expected an .xml with its .bin, or a folder of them, or of versions such as 1/model.xml"
              .formatted(path));
    }
    if (name.isPresent() && found.stream().map(ServedModel::name).distinct().count() > 1) {
      throw new OptionException(
          "'%s' has several models, which cannot all be called %s; leave the name out"
              .formatted(path, name.get()));
    }
    return found;
  }

  /** Returns whether the folder has versions. */
  private static boolean addVersions(
      Path folder, String name, Function<Path, DetectorOptions> options, List<ServedModel> found) {
    int before = found.size();
    for (Path version : folders(folder)) {
      if (folder(version).matches(VERSION)) {
        List<Path> irs = irs(version);
        if (irs.size() != 1) {
          throw new OptionException(
              "'%s' has %d models, expected one: it is a version of %s"
                  .formatted(version, irs.size(), name));
        }
        found.add(new ServedModel(name, folder(version), irs.get(0), options.apply(irs.get(0))));
      }
    }
    return found.size() > before;
  }

  static String nameOf(Path ir) {
    return String.valueOf(ir.getFileName()).replaceFirst("(?i)\\.xml$", "");
  }

  private static String folder(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  /** An .xml without a .bin beside it is no IR. */
  private static List<Path> irs(Path folder) {
    return entries(folder).stream()
        .filter(file -> file.toString().endsWith(".xml"))
        .filter(file -> Files.exists(file.resolveSibling(nameOf(file) + ".bin")))
        .toList();
  }

  private static List<Path> folders(Path folder) {
    return entries(folder).stream().filter(Files::isDirectory).toList();
  }

  private static List<Path> entries(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new OptionException("'%s' cannot be read: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private ModelListing() {}
}
