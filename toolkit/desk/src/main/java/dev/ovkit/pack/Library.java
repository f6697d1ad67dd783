package dev.ovkit.pack;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Trees;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.cyclonedx.model.Component;
import org.jspecify.annotations.Nullable;

/**
 * A Java library that a box needs, as it is on the class path of the ovkit that packs.
 *
 * @param marker a resource that it alone has, by which it is found
 * @param licence an SPDX expression
 * @param text the resource with its licence, where its jar has none
 */
record Library(
    String group, String artifact, String marker, String licence, @Nullable String text) {

  private static final String APACHE = "Apache-2.0";
  private static final String APACHE_TEXT = "LICENSE";
  private static final String OVKIT = "dev.ovkit";

  /** Metadata of an Ultralytics export, and the cameras of a bundle with video; else left out. */
  static final Library YAML =
      new Library("org.yaml", "snakeyaml", "org/yaml/snakeyaml/Yaml.class", APACHE, APACHE_TEXT);

  /** In the order of the class path. */
  static final List<Library> OF_A_BOX =
      List.of(
          new Library(OVKIT, "ovkit-cli", "dev/ovkit/cli/BoxMain.class", APACHE, APACHE_TEXT),
          new Library(OVKIT, "ovkit", "dev/ovkit/vision/Detector.class", APACHE, APACHE_TEXT),
          new Library(
              OVKIT,
              "ovkit-native",
              "dev/ovkit/nativelib/NativeRuntime.class",
              APACHE,
              APACHE_TEXT),
          new Library(
              "org.bytedeco", "javacpp", "org/bytedeco/javacpp/Loader.class", APACHE, APACHE_TEXT),
          new Library("info.picocli", "picocli", "picocli/CommandLine.class", APACHE, APACHE_TEXT),
          jackson("core", "jackson-core", "core/JsonFactory.class"),
          jackson("core", "jackson-annotations", "annotation/JsonProperty.class"),
          jackson("core", "jackson-databind", "databind/ObjectMapper.class"),
          jackson("jr", "jackson-jr-objects", "jr/ob/JSON.class"),
          new Library(
              "org.apache.commons",
              "commons-compress",
              "org/apache/commons/compress/archivers/tar/TarArchiveEntry.class",
              APACHE,
              null),
          new Library(
              "commons-io", "commons-io", "org/apache/commons/io/IOUtils.class", APACHE, null),
          new Library(
              "org.apache.commons",
              "commons-lang3",
              "org/apache/commons/lang3/StringUtils.class",
              APACHE,
              null),
          new Library("org.tukaani", "xz", "org/tukaani/xz/XZInputStream.class", "0BSD", "xz.txt"),
          new Library(
              "me.tongfei",
              "progressbar",
              "me/tongfei/progressbar/ProgressBar.class",
              "MIT",
              "progressbar.txt"),
          new Library(
              "org.jline",
              "jline-terminal",
              "org/jline/terminal/Terminal.class",
              "BSD-3-Clause",
              "jline.txt"),
          new Library(
              "org.jline",
              "jline-native",
              "org/jline/nativ/JLineLibrary.class",
              "BSD-3-Clause",
              "jline.txt"));

  private static final String PROMETHEUS = "io/prometheus/metrics/";

  /**
   * What a bundle with video has besides, in the same order. The metrics are served as text, so
   * that Prometheus' protobuf form, its largest jar, is left out, and so are its tracers.
   */
  static final List<Library> OF_VIDEO =
      List.of(
          new Library(
              OVKIT,
              "ovkit-cli-stream",
              "dev/ovkit/cli/video/CameraProgram.class",
              APACHE,
              APACHE_TEXT),
          new Library(
              OVKIT,
              "ovkit-video",
              "dev/ovkit/video/engine/StreamEngine.class",
              APACHE,
              APACHE_TEXT),
          new Library(
              "org.bytedeco",
              "ffmpeg",
              "org/bytedeco/ffmpeg/global/avutil.class",
              APACHE,
              APACHE_TEXT),
          prometheus("core", "core/metrics/Histogram.class"),
          prometheus("model", "model/registry/PrometheusRegistry.class"),
          prometheus("config", "config/PrometheusProperties.class"),
          prometheus("tracer-initializer", "tracer/initializer/SpanContextSupplier.class"),
          prometheus("tracer-common", "tracer/common/SpanContext.class"),
          prometheus("exporter-httpserver", "exporter/httpserver/MetricsHandler.class"),
          prometheus("exporter-common", "exporter/common/PrometheusHttpExchange.class"),
          prometheus("exposition-textformats", "expositionformats/ExpositionFormats.class"),
          new Library(
              "com.hivemq",
              "hivemq-mqtt-client",
              "com/hivemq/client/mqtt/MqttClient.class",
              APACHE,
              APACHE_TEXT),
          netty("common", "util/Version.class"),
          netty("buffer", "buffer/ByteBuf.class"),
          netty("codec", "handler/codec/MessageToByteEncoder.class"),
          netty("handler", "handler/ssl/SslHandler.class"),
          netty("resolver", "resolver/AddressResolver.class"),
          netty("transport", "channel/Channel.class"),
          netty("transport-native-unix-common", "channel/unix/Socket.class"),
          new Library(
              "io.reactivex.rxjava2", "rxjava", "io/reactivex/Flowable.class", APACHE, APACHE_TEXT),
          new Library(
              "org.reactivestreams",
              "reactive-streams",
              "org/reactivestreams/Publisher.class",
              "MIT-0",
              "reactive-streams.txt"),
          new Library(
              "org.jctools",
              "jctools-core",
              "org/jctools/queues/MessagePassingQueue.class",
              APACHE,
              APACHE_TEXT),
          new Library("com.google.dagger", "dagger", "dagger/Lazy.class", APACHE, APACHE_TEXT),
          new Library(
              "javax.inject", "javax.inject", "javax/inject/Inject.class", APACHE, APACHE_TEXT));

  /** What a bundle with a server has besides, in the same order. */
  static final List<Library> OF_A_SERVER =
      List.of(
          new Library(
              OVKIT,
              "ovkit-cli-serve",
              "dev/ovkit/cli/server/ServerProgram.class",
              APACHE,
              APACHE_TEXT),
          new Library(
              OVKIT, "ovkit-serve", "dev/ovkit/serve/DetectionServer.class", APACHE, APACHE_TEXT),
          jetty("", "jetty-server", "server/Server.class"),
          jetty("", "jetty-http", "http/HttpFields.class"),
          jetty("", "jetty-io", "io/Connection.class"),
          jetty("", "jetty-util", "util/Callback.class"),
          jetty(".http2", "jetty-http2-server", "http2/server/HTTP2ServerConnectionFactory.class"),
          jetty(".http2", "jetty-http2-common", "http2/HTTP2Session.class"),
          jetty(".http2", "jetty-http2-hpack", "http2/hpack/HpackEncoder.class"),
          jetty("", "jetty-alpn-server", "alpn/server/ALPNServerConnectionFactory.class"),
          jetty("", "jetty-alpn-java-server", "alpn/java/server/JDK9ServerALPNProcessor.class"),
          new Library(
              "com.google.protobuf",
              "protobuf-java",
              "com/google/protobuf/CodedInputStream.class",
              "BSD-3-Clause",
              "protobuf.txt"),
          new Library("org.slf4j", "slf4j-api", "org/slf4j/Logger.class", "MIT", null),
          new Library(
              "org.slf4j", "slf4j-nop", "org/slf4j/nop/NOPServiceProvider.class", "MIT", null),
          prometheus("core", "core/metrics/Histogram.class"),
          prometheus("model", "model/registry/PrometheusRegistry.class"),
          prometheus("config", "config/PrometheusProperties.class"),
          prometheus("tracer-initializer", "tracer/initializer/SpanContextSupplier.class"),
          prometheus("tracer-common", "tracer/common/SpanContext.class"),
          prometheus("exposition-textformats", "expositionformats/ExpositionFormats.class"),
          prometheus("instrumentation-jvm", "instrumentation/jvm/ProcessMetrics.class"));

  /** Under one of two licences; this is the one that is taken. */
  private static Library jetty(String group, String artifact, String marker) {
    return new Library(
        "org.eclipse.jetty" + group, artifact, "org/eclipse/jetty/" + marker, APACHE, APACHE_TEXT);
  }

  private static Library netty(String artifact, String marker) {
    return new Library("io.netty", "netty-" + artifact, "io/netty/" + marker, APACHE, APACHE_TEXT);
  }

  private static Library prometheus(String artifact, String marker) {
    return new Library(
        "io.prometheus", "prometheus-metrics-" + artifact, PROMETHEUS + marker, APACHE, null);
  }

  private static Library jackson(String group, String artifact, String marker) {
    return new Library(
        "com.fasterxml.jackson." + group,
        artifact,
        "com/fasterxml/jackson/" + marker,
        APACHE,
        null);
  }

  private boolean own() {
    return group.equals(OVKIT);
  }

  /** Returns its jar, or the folder of its classes where they were not packed yet. */
  Path source() {
    URL url = Library.class.getClassLoader().getResource(marker);
    if (url == null) {
      throw new OutputException(
          "%s is needed for a bundle but is not on the class path; pack with the ovkit command"
              .formatted(artifact));
    }
    String text = url.toString();
    try {
      String root = text.substring(0, text.length() - marker.length());
      return Path.of(
          new URL(root.startsWith("jar:") ? root.substring(4, root.length() - 2) : root).toURI());
    } catch (URISyntaxException | IOException | IllegalArgumentException e) {
      throw new OutputException(
          "%s is at %s, which is neither a jar nor a folder; pack with the ovkit command"
              .formatted(artifact, text),
          e);
    }
  }

  /** Returns its version, from the name of its jar; null for a folder of classes. */
  @Nullable String version() {
    String name = source().getFileName().toString();
    return name.startsWith(artifact + "-") && name.endsWith(".jar")
        ? name.substring(artifact.length() + 1, name.length() - ".jar".length())
        : own() ? BuildVersions.OVKIT : null;
  }

  /** Returns the name of its jar in a bundle. */
  String file() {
    return version() == null ? artifact + ".jar" : artifact + "-" + version() + ".jar";
  }

  Part part() {
    return new Part(
        own() ? "ovkit" : "Java libraries",
        Component.Type.LIBRARY,
        artifact,
        version(),
        licence,
        own() || version() == null
            ? null
            : "pkg:maven/%s/%s@%s".formatted(group, artifact, version()));
  }

  /** Copies its jar unchanged; classes in a folder are put into a jar. */
  void copyTo(Path folder) throws IOException {
    Path source = source();
    Path jar = folder.resolve(file());
    if (Files.isRegularFile(source)) {
      Files.copy(source, jar);
      return;
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(source)) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Path file : files) {
        ZipEntry entry = new ZipEntry(source.relativize(file).toString());
        entry.setTimeLocal(Packager.TIME_IN_JARS);
        zip.putNextEntry(entry);
        Files.copy(file, zip);
        zip.closeEntry();
      }
    }
  }

  private static final Set<String> LICENCES = Set.of("license", "notice", "copying");

  /** Where a jar has the licences of what it brings along. */
  private static final String LICENCE_FOLDER = "META-INF/licenses/";

  private static boolean isLicence(String entry) {
    String name = entry.substring(entry.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    return entry.startsWith("META-INF/")
        && !name.isEmpty()
        && !name.endsWith(".class")
        && (entry.startsWith(LICENCE_FOLDER) || LICENCES.stream().anyMatch(name::contains));
  }

  /** Copies the texts that come with it, or those that its licence asks for. */
  void copyLicencesTo(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path source = source();
    if (Files.isRegularFile(source)) {
      try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(source))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          if (isLicence(entry.getName())) {
            Files.write(licence(folder, entry.getName()), zip.readAllBytes());
          }
        }
      }
    } else if (Files.isDirectory(source.resolve(LICENCE_FOLDER))) {
      Trees.copy(source.resolve(LICENCE_FOLDER), folder);
    }
    if (text != null) {
      Resources.copy(
          "licences/" + text, folder.resolve(text.equals(APACHE_TEXT) ? text : "LICENSE"));
    }
    if (own()) {
      Resources.copy("licences/NOTICE", folder.resolve("NOTICE"));
    }
  }

  private static Path licence(Path folder, String entry) throws IOException {
    String name =
        entry.startsWith(LICENCE_FOLDER)
            ? entry.substring(LICENCE_FOLDER.length())
            : entry.substring(entry.lastIndexOf('/') + 1);
    Path file = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return file;
  }
}
