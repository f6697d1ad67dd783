package dev.ovkit.pack;

import java.io.IOException;
import java.nio.file.Path;

/** An archive that {@code ovkit install} takes: one folder, {@code NAME-VERSION}, in it. */
final class TarXzFormat implements PackageFormat {

  @Override
  public String ending() {
    return ".tar.xz";
  }

  @Override
  public Written write(BundleContent bundle, Path scratch) throws IOException {
    Path file = scratch.resolve("archive");
    PackageOptions options = bundle.options();
    return new Written(
        file,
        BundleTar.write(
            bundle.folder(),
            options.name() + "-" + options.version(),
            file,
            bundle.mtime(),
            options.fast(),
            bundle.rows(),
            bundle.progress()));
  }
}
