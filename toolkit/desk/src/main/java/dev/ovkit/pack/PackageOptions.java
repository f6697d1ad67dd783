package dev.ovkit.pack;

import dev.ovkit.OptionException;
import dev.ovkit.bundle.ReleaseVersion;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What goes into a bundle.
 *
 * @param ir the .xml; its .bin is beside it
 * @param golden pictures that the self-test asks the model about; their names are ASCII and differ
 * @param name of the application: small letters, digits, dots, hyphens
 * @param version of this release
 * @param key the file of the private key that signs; none for an unsigned bundle
 * @param rotations files by which earlier keys give way to this one, oldest first
 * @param jdk the JDK that the bundle's JRE is made of
 * @param base an image as {@code docker save} writes it, on which an {@code .oci.tar} builds; for
 *     nothing else
 * @param fast compresses less, in a fraction of the time
 * @param video FFmpeg's libraries, for a bundle that also runs on video; empty for one that does
 *     not
 * @param server whether the bundle also has the detection server
 */
public record PackageOptions(
    Path ir,
    List<Path> golden,
    String name,
    ReleaseVersion version,
    Optional<Path> key,
    List<Path> rotations,
    Path jdk,
    Optional<Path> base,
    boolean fast,
    List<Path> video,
    boolean server) {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
  private static final Pattern PICTURE = Pattern.compile("[ -~&&[^\\\\/]]{1,200}");

  /** Checks the form of all of it. */
  public PackageOptions {
    golden = List.copyOf(golden);
    rotations = List.copyOf(rotations);
    video = List.copyOf(video);
    requireName(name);
    if (golden.isEmpty()) {
      throw new OptionException(
          "no golden picture: the self-test on the box needs one to check the model");
    }
    Set<String> names = new HashSet<>();
    for (Path picture : golden) {
      String file = String.valueOf(picture.getFileName());
      if (!PICTURE.matcher(file).matches()) {
        throw new OptionException(
            "golden picture '%s': its name must be ASCII, so that it works in any locale; rename it"
                .formatted(picture));
      }
      if (!names.add(file)) {
        throw new OptionException(
            "two golden pictures are called '%s'; rename one".formatted(file));
      }
    }
    if (key.isEmpty() && !rotations.isEmpty()) {
      throw new OptionException(
          "--rotation needs --key: only a signed bundle can have key rotations");
    }
  }

  /** Whether the bundle also runs on video. */
  boolean hasVideo() {
    return !video.isEmpty();
  }

  static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new OptionException(
          "name '%s': expected lower-case letters, digits, dots and hyphens, 64 at most"
              .formatted(name));
    }
  }
}
