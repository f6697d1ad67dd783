package dev.ovkit.pack;

import java.nio.file.Path;

/** The bundle's folder as it is. */
final class FolderFormat implements PackageFormat {

  @Override
  public String ending() {
    return "";
  }

  @Override
  public Written write(BundleContent bundle, Path scratch) {
    return Written.of(bundle.folder());
  }
}
