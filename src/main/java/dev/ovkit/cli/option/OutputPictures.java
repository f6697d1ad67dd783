package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.StagedFiles;
import dev.ovkit.internal.files.Temporary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The files that the results of pictures go to, one each; never a picture that is read.
 *
 * @param files by the place of the picture
 * @param where as the user named it
 */
public record OutputPictures(List<Path> files, Path where) {

  private static final String WRITABLE = "pictures can be written as .jpg, .jpeg or .png";

  /** One picture to a file, or several into a folder, by what the name says. */
  public static OutputPictures of(Path out, List<Path> pictures) {
    if (!isPicture(out)) {
      return inFolder(out, pictures, "");
    }
    if (pictures.size() > 1) {
      throw new OptionException(
          "--out '%s' is one picture, but there are %d; give a folder"
              .formatted(out, pictures.size()));
    }
    requireOther(out, pictures.get(0), pictures);
    return new OutputPictures(List.of(out), out);
  }

  /**
   * A file per picture in a folder, which is made. Two pictures of one name from different folders
   * get different files.
   *
   * @param ending of the files; empty for pictures, which keep theirs where it can be written
   */
  public static OutputPictures inFolder(Path folder, List<Path> pictures, String ending) {
    refuseFileName(folder);
    Set<Path> files = new LinkedHashSet<>();
    for (Path picture : pictures) {
      String name = picture.getFileName().toString();
      int dot = name.lastIndexOf('.');
      boolean keeps = isWritable(name);
      String stem = keeps || (dot > 0 && !ending.isEmpty()) ? name.substring(0, dot) : name;
      String own = !ending.isEmpty() ? ending : keeps ? name.substring(dot) : ".jpg";
      Path free = folder.resolve(stem + own);
      for (int i = 2; !files.add(free); i++) {
        free = folder.resolve(stem + "-" + i + own);
      }
    }
    List<Path> targets = List.copyOf(files);
    for (int i = 0; i < targets.size(); i++) {
      requireOther(targets.get(i), pictures.get(i), pictures);
    }
    try {
      Temporary.directories(folder);
      StagedFiles.sweep(folder);
    } catch (IOException e) {
      throw OutputException.of(folder, e);
    }
    return new OutputPictures(targets, folder);
  }

  private static boolean isPicture(Path path) {
    return !Files.isDirectory(path) && isWritable(path.toString());
  }

  private static boolean isWritable(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png");
  }

  /** A folder called o.gif is rarely meant. */
  private static void refuseFileName(Path folder) {
    String name = String.valueOf(folder.getFileName());
    if (!Files.isDirectory(folder)
        && name.toLowerCase(Locale.ROOT)
            .matches(
                ".*\\.(gif|bmp|webp|tiff?|avif|heic|jp2|jpe|txt|json|csv|xml|pdf|svg|mp4|avi)")) {
      throw new OptionException(
          "--out '%s': a %s cannot be written; %s, or give a folder"
              .formatted(folder, name.substring(name.lastIndexOf('.')), WRITABLE));
    }
    if (Files.isRegularFile(folder)) {
      throw new OptionException(
          "--out '%s' is a file; give a folder, or a .jpg or .png".formatted(folder));
    }
  }

  /** The same file, also by another name: through links, or in a folder that is read. */
  private static void requireOther(Path target, Path picture, List<Path> pictures) {
    if (Files.notExists(target)) {
      return;
    }
    for (Path input : isSame(target, picture) ? List.of(picture) : pictures) {
      if (isSame(target, input)) {
        throw new OptionException(
            "--out would overwrite the picture '%s'; give another place".formatted(input));
      }
    }
  }

  private static boolean isSame(Path a, Path b) {
    try {
      return Files.isSameFile(a, b);
    } catch (IOException e) {
      return false; // whatever is not there cannot be overwritten
    }
  }
}
