package dev.ovkit.cli.option;

import dev.ovkit.PictureException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The pictures that a user means by files, folders and globs, in the order given, then by name. */
public record PictureList(List<String> given) {

  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "jpe", "png", "webp", "bmp", "tif", "tiff");

  public List<Path> expand() {
    List<Path> pictures = new ArrayList<>();
    for (String one : given) {
      pictures.addAll(expand(one));
    }
    return pictures;
  }

  private static List<Path> expand(String one) {
    Path path;
    try {
      path = Path.of(one);
    } catch (InvalidPathException e) {
      throw new PictureException("'%s' is not a file name".formatted(one), e);
    }
    if (Files.isDirectory(path)) {
      List<Path> inside = list(path).stream().filter(PictureList::isPicture).toList();
      if (inside.isEmpty()) {
        throw new PictureException(
            "'%s' contains no pictures; expected files ending in %s"
                .formatted(path, String.join(", ", ENDINGS.stream().sorted().toList())));
      }
      return inside;
    }
    // A file that is not there is reported in its place, unless its name asks for a search.
    return Files.exists(path) || !one.matches(".*[*?\\[{].*") ? List.of(path) : glob(one);
  }

  private static List<Path> glob(String pattern) {
    int magic = pattern.split("[*?\\[{]", 2)[0].lastIndexOf('/');
    Path base = Path.of(magic < 0 ? "" : pattern.substring(0, magic + 1));
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    if (!Files.isDirectory(base)) {
      throw new PictureException(
          "'%s' matches no file: there is no folder '%s'".formatted(pattern, base));
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> walk =
        Files.walk(base, pattern.contains("**") ? Integer.MAX_VALUE : depth(pattern, magic))) {
      walk.filter(Files::isRegularFile).filter(matcher::matches).sorted().forEach(found::add);
    } catch (IOException e) {
      throw new PictureException(
          "'%s' cannot be searched: %s".formatted(pattern, e.getMessage()), e);
    }
    if (found.isEmpty()) {
      throw new PictureException("'%s' matches no file".formatted(pattern));
    }
    return found;
  }

  private static int depth(String pattern, int magic) {
    return (int) pattern.substring(magic + 1).chars().filter(c -> c == '/').count() + 1;
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Files.isRegularFile(file) && ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> children = Files.list(directory)) {
      return children.sorted().toList();
    } catch (IOException e) {
      throw new PictureException(
          "'%s' cannot be listed: %s".formatted(directory, e.getMessage()), e);
    }
  }
}
