package dev.ovkit.pack;

import java.nio.file.Path;

/** A package for Debian and Ubuntu, which installs the bundle as a service. */
final class DebianFormat implements PackageFormat {

  @Override
  public String ending() {
    return ".deb";
  }

  @Override
  public Written write(BundleContent bundle, Path scratch) {
    Path file = scratch.resolve("package.deb");
    PackageOptions options = bundle.options();
    // What comes before 1.2.0 is 1.2.0~rc1 to Debian, where a hyphen means something else.
    String version = options.version().text().replace('-', '~');
    DebianPackage.write(bundle.folder(), options.name(), version, options.fast(), file);
    return Written.of(file);
  }
}
