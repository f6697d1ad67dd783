package dev.ovkit.serve.model;

import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A version of a model on disk.
 *
 * @param name what clients call it
 * @param ir the .xml; its .bin is beside it
 * @param bundle the folder of the bundle that it is of
 */
public record ModelFiles(String name, String version, Path ir, Optional<Path> bundle) {

  /** ctime too: it changes with the content even where a copying program sets the others back. */
  private static final String ATTRIBUTES = "unix:size,lastModifiedTime,ctime,ino";

  /** Returns the name and version, which no other model has. */
  String key() {
    return name + "/" + version;
  }

  /** Returns how its files look now; a change of any of them gives another text. */
  String state() {
    String stem = ModelListing.nameOf(ir);
    StringBuilder state = new StringBuilder(ir.toString());
    for (String file :
        List.of(stem + ".xml", stem + ".bin", stem + ".profile.json", "metadata.yaml")) {
      state.append('\n').append(attributes(ir.resolveSibling(file)));
    }
    return state.toString();
  }

  /**
   * Compares the files of a bundle's model with its manifest.
   *
   * @throws dev.ovkit.bundle.BundleException that names the first that is damaged or missing
   */
  void requireWhole() {
    bundle.ifPresent(
        folder -> {
          for (ManifestFile file : Manifest.read(folder).files()) {
            if (file.path().startsWith(ModelListing.MODEL_IN_BUNDLE)) {
              BundleCheck.checkFile(folder, file);
            }
          }
        });
  }

  private static String attributes(Path file) {
    try {
      return new TreeMap<>(Files.readAttributes(file, ATTRIBUTES)).toString();
    } catch (IOException e) {
      return "missing";
    }
  }
}
