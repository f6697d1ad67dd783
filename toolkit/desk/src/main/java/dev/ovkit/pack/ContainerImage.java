package dev.ovkit.pack;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.bundle.Golden;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.Signature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes of a bundle an image for containers, on top of a base image that has the C library: an OCI
 * layout in one {@code .tar}, made without a daemon and without a network. It runs {@code ovkit
 * watch} as nobody. The same bundle and base give the same bytes.
 *
 * @param name of the application
 * @param version its release
 * @param bundle the folder
 * @param mtime the one time of all its files, in seconds: by another one the JVM would refuse its
 *     class archive
 */
record ContainerImage(String name, String version, Path bundle, long mtime) {

  /** By its number, for not every base has names. */
  private static final String NOBODY = "65534:65534";

  private static final FilePermissions EXECUTABLE = FilePermissions.fromOctalString("755");
  private static final FilePermissions PLAIN = FilePermissions.fromOctalString("644");
  private static final FilePermissions FOLDER = FilePermissions.fromOctalString("770");

  /** What is new with each release; in a layer of its own a box need not fetch the rest again. */
  private static final Set<String> OF_A_RELEASE =
      Set.of("model", Golden.FOLDER, Manifest.FILE, Signature.FILE, Sbom.FILE);

  /**
   * Writes the image.
   *
   * @param base an image as {@code docker save} writes it
   * @param out the file, which must not be there yet
   * @param scratch a folder for what is needed meanwhile
   */
  void write(Path base, Path out, Path scratch) throws IOException {
    if (!Files.isRegularFile(base)) {
      throw new OptionException(
          "base image '%s': no such file; expected a .tar as 'docker save' writes it"
              .formatted(base));
    }
    String state = "/var/lib/ovkit/" + name;
    try {
      Jib.from(TarImage.at(base))
          .setFormat(ImageFormat.OCI)
          .setCreationTime(Instant.ofEpochSecond(mtime))
          .addFileEntriesLayer(layer("runtime", path -> !OF_A_RELEASE.contains(path)))
          .addFileEntriesLayer(layer("release", OF_A_RELEASE::contains))
          .addFileEntriesLayer(folders(scratch, state))
          .setUser(NOBODY)
          .setWorkingDirectory(AbsoluteUnixPath.get(state))
          .addVolume(AbsoluteUnixPath.get(state))
          .setEntrypoint("/opt/ovkit/" + name + "/bin/ovkit")
          .setProgramArguments("watch", "--in", state + "/in", "--out", state + "/out")
          .addLabel("org.opencontainers.image.title", name)
          .addLabel("org.opencontainers.image.version", version)
          .containerize(
              Containerizer.to(TarImage.at(out).named("ovkit/%s:%s".formatted(name, version)))
                  .setOfflineMode(true)
                  .setBaseImageLayersCache(scratch.resolve("base"))
                  .setApplicationLayersCache(scratch.resolve("layers")));
    } catch (ExecutionException | IOException | RegistryException e) {
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      throw new OutputException(
          "cannot make an image on the base '%s', which must be a .tar as 'docker save' writes it: %s"
              .formatted(base, cause),
          e);
    } catch (CacheDirectoryCreationException | InvalidImageReferenceException e) {
      throw new OutputException("cannot make an image: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutputException("interrupted while the image was made", e);
    }
  }

  private FileEntriesLayer layer(String layer, Predicate<String> takes) throws IOException {
    FileEntriesLayer.Builder builder = FileEntriesLayer.builder().setName(layer);
    List<Path> children;
    try (Stream<Path> list = Files.list(bundle)) {
      children = list.filter(child -> takes.test(child.getFileName().toString())).sorted().toList();
    }
    for (Path child : children) {
      builder.addEntryRecursive(
          child,
          AbsoluteUnixPath.get("/opt/ovkit/" + name).resolve(child.getFileName().toString()),
          (file, target) ->
              Files.isDirectory(file) || Files.isExecutable(file) ? EXECUTABLE : PLAIN,
          (file, target) -> Instant.ofEpochSecond(mtime));
    }
    return builder.build();
  }

  private FileEntriesLayer folders(Path scratch, String state) throws IOException {
    Path empty = Files.createDirectory(scratch.resolve("empty"));
    FileEntriesLayer.Builder builder = FileEntriesLayer.builder().setName("folders");
    for (String folder : List.of("", "/in", "/out")) {
      builder.addEntry(
          empty,
          AbsoluteUnixPath.get(state + folder),
          FOLDER,
          Instant.ofEpochSecond(mtime),
          NOBODY);
    }
    return builder.build();
  }
}
