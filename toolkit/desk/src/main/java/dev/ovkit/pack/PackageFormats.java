package dev.ovkit.pack;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The list of all formats. */
public final class PackageFormats {

  /** The first whose ending fits is taken, so the one for any name is the last. */
  private static final List<PackageFormat> ALL =
      List.of(new TarXzFormat(), new DebianFormat(), new ContainerFormat(), new FolderFormat());

  /** What a cluster reads is no bundle, but named like one. */
  private static final String YAML = ".yaml";

  static PackageFormat of(Path target) {
    return ALL.stream()
        .filter(format -> target.toString().endsWith(format.ending()))
        .findFirst()
        .orElseThrow();
  }

  /** Returns a target's name without what says its format: name and version of the application. */
  public static String stem(String name) {
    return Stream.concat(Stream.of(YAML), ALL.stream().map(PackageFormat::ending))
        .filter(name::endsWith)
        .findFirst()
        .map(ending -> name.substring(0, name.length() - ending.length()))
        .orElse(name);
  }

  private PackageFormats() {}
}
