package dev.ovkit.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An image for containers, which runs the bundle as a service on a base image. */
final class ContainerFormat implements PackageFormat {

  @Override
  public String ending() {
    return ".oci.tar";
  }

  @Override
  public boolean needsBase() {
    return true;
  }

  @Override
  public Written write(BundleContent bundle, Path scratch) throws IOException {
    Path file = scratch.resolve("image.tar");
    PackageOptions options = bundle.options();
    new ContainerImage(options.name(), options.version().text(), bundle.folder(), bundle.mtime())
        .write(options.base().orElseThrow(), file, Files.createDirectory(scratch.resolve("image")));
    return Written.of(file);
  }
}
