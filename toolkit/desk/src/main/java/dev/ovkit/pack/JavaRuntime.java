package dev.ovkit.pack;

import dev.ovkit.OptionException;
import dev.ovkit.internal.files.Trees;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * A JDK, and the JRE that jlink makes of it.
 *
 * @param jdk its home
 * @param version such as 25.0.3
 */
record JavaRuntime(Path jdk, Runtime.Version version) {

  /**
   * The least that runs a box's commands: the IR is XML, JavaCPP needs Unsafe, progress bars log,
   * and until Java 22 Ed25519 has a module of its own.
   */
  private static final String MODULES =
      "java.base,java.logging,java.xml,jdk.unsupported,jdk.crypto.ec";

  /**
   * Serves the metrics and the page of a bundle with video, and calls webhooks; MQTT's client asks
   * for the names and the security of the rest.
   */
  private static final String HTTP = ",jdk.httpserver,java.net.http,java.naming";

  /** TLS' names of hosts, and what Prometheus asks of the process. */
  private static final String SERVER = ",java.naming,jdk.management";

  /** From here on, two archives of the same classes are the same, and one may be moved. */
  private static final int ARCHIVES_SINCE = 25;

  private static final int LOWEST = 17;

  /** Texts of the JDK's own commands and parsers in other languages than English. */
  private static final String TRANSLATIONS =
      "regex:.*_(de|es|fr|it|ja|ko|pt_BR|sv|zh_CN|zh_HK|zh_TW)\\.(class|properties)";

  /**
   * What hardly anything is read of once the class archive is there. Not all of it: what is
   * deflated here, xz cannot compress again.
   */
  private static final String DEFLATED =
      "zip-6:filter=/java.xml/**,/java.base/sun/**,/java.base/com/sun/**,/java.base/jdk/**";

  static JavaRuntime of(Path jdk) {
    Path home = jdk.toAbsolutePath().normalize();
    if (!Files.isExecutable(home.resolve("bin/jlink"))) {
      throw new OptionException(
          "'%s' has no bin/jlink, which makes the bundle's JRE; give a full JDK with --jdk; on Debian or Ubuntu: apt-get install openjdk-17-jdk-headless"
              .formatted(jdk));
    }
    Properties release = new Properties();
    try {
      release.load(new StringReader(Files.readString(home.resolve("release"))));
      Runtime.Version version =
          Runtime.Version.parse(release.getProperty("JAVA_VERSION", "").replace("\"", ""));
      if (version.feature() < LOWEST) {
        throw new OptionException(
            "the JDK '%s' is %s; expected %d or newer".formatted(jdk, version, LOWEST));
      }
      return new JavaRuntime(home, version);
    } catch (IOException | IllegalArgumentException e) {
      throw new OptionException(
          "'%s' is not a JDK: its file 'release' has no version".formatted(jdk), e);
    }
  }

  /** Whether a class archive made with it is the same each time and holds at another place. */
  boolean archivesClasses() {
    return version.feature() >= ARCHIVES_SINCE;
  }

  /** Makes the JRE, with what video and a server need if the bundle has them. */
  void link(Path jre, Path licences, boolean video, boolean server) throws IOException {
    String modules = MODULES + (video ? HTTP : "") + (server ? SERVER : "");
    List<String> command =
        new ArrayList<>(
            List.of(
                jdk.resolve("bin/jlink").toString(),
                "--add-modules",
                modules,
                "--strip-java-debug-attributes",
                "--exclude-resources",
                TRANSLATIONS,
                "--no-header-files",
                "--no-man-pages",
                "--output",
                jre.toString()));
    if (archivesClasses()) {
      command.addAll(List.of("--compress", DEFLATED));
    }
    Command.run(
        "the bundle's JRE cannot be made",
        Objects.requireNonNull(jre.getParent()),
        Map.of(),
        command);
    // Moved, for a box has them once, with all others; jlink's links of equal texts become files.
    Trees.copy(jre.resolve("legal"), licences);
    Trees.delete(jre.resolve("legal"));
    keepOnly(jre.resolve("bin"), "java");
    // For TLS, for other JVMs that look into this one, and for double clicks.
    for (String spare : List.of("lib/security/cacerts", "lib/jrt-fs.jar", "lib/jexec")) {
      Files.deleteIfExists(jre.resolve(spare));
    }
    try (Stream<Path> walk = Files.walk(jre)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        if (file.startsWith(jre.resolve("bin")) || file.toString().endsWith(".so")) {
          ElfSymbols.strip(file);
        }
      }
    }
  }

  private static void keepOnly(Path folder, String name) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      for (Path child : children.toList()) {
        if (!child.getFileName().toString().equals(name)) {
          Files.delete(child);
        }
      }
    }
  }
}
