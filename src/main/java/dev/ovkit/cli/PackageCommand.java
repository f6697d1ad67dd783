package dev.ovkit.cli;

import dev.ovkit.OptionException;
import dev.ovkit.bundle.ReleaseVersion;
import dev.ovkit.cli.option.Choice;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.ModelOption;
import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.cli.stream.StreamProgram;
import dev.ovkit.pack.ModelRepository;
import dev.ovkit.pack.PackageFormats;
import dev.ovkit.pack.PackageOptions;
import dev.ovkit.pack.Packager;
import dev.ovkit.pack.Packed;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit package}. */
@Command(
    name = "package",
    customSynopsis = "ovkit package [OPTIONS] MODEL -o TARGET",
    description = {
      "Packs an IR with everything that an edge box needs to run it: the box needs no Java, Python,"
          + " compiler or network.",
      "",
      "A bundle contains OpenVINO's CPU runtime, the picture libraries, a JRE, the ovkit command without its converter, the IR, all licences, an SBOM and a manifest. It also contains golden pictures: test pictures with the objects that the model must find on them. The same input gives the same bytes. The JRE is made from the JDK that runs this command; with JDK 25 or newer the bundle starts faster."
    },
    footer = {
      "  ovkit package model.xml --golden street.jpg --key signing.key -o app-1.2.0.tar.xz",
      "  ovkit package model.xml --golden pictures --unsigned -o app-1.2.0",
      "  ovkit package model.xml --golden street.jpg --key signing.key -o app-1.2.0.deb",
      "  ovkit package model.xml --golden street.jpg --key signing.key --with video -o"
          + " cameras-1.2.0.tar.xz",
      "  ovkit package model.xml --golden street.jpg --key signing.key --base debian.tar -o"
          + " app-1.2.0.oci.tar",
      "  ovkit package model.xml --format ovms --name app -o repository"
    })
final class PackageCommand implements Callable<Integer> {

  private static final Pattern NAMED =
      Pattern.compile("([a-z0-9][a-z0-9.-]*?)-(\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.-]+)?)");

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(
      names = "--golden",
      arity = "1..*",
      paramLabel = "PATH",
      description = "Pictures for the self-test on the box: files, folders, or globs.")
  private List<String> golden = List.of();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "TARGET",
      description =
          "File or folder to write; the name says which. NAME-VERSION.tar.xz: an archive. NAME-VERSION.deb: a Debian package, which installs the bundle as a service that watches a folder. NAME-VERSION.oci.tar: a container image that watches a folder. Any other name: a folder.")
  private Path target;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Application name. Default: taken from the target's file name.")
  private @Nullable String name;

  @Option(
      names = "--release",
      paramLabel = "VERSION",
      description =
          "Application version, such as 1.2.0; a box installs only newer versions. Default: taken"
              + " from the target's file name.")
  private @Nullable String release;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Secret key to sign with; 'ovkit keygen' makes one.")
  private @Nullable Path key;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--rotation",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Rotation files from 'ovkit keygen --replaces', oldest first. They let boxes that trust an earlier key accept the key of this bundle.")
  private List<Path> rotations = List.of();

  @Option(
      names = "--unsigned",
      description = "Do not sign. A box installs such a bundle only with --allow-unsigned.")
  private boolean unsigned;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--jdk",
      paramLabel = "DIR",
      description = "JDK to make the JRE from. Default: the one that runs this command.")
  private @Nullable Path jdk;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--base",
      paramLabel = "FILE.tar",
      description =
          "Base image for an .oci.tar, as 'docker save' writes it. It must contain glibc 2.35 or newer, libstdc++, libz and a shell; debian:12-slim with zlib1g and libstdc++6 does.")
  private @Nullable Path base;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--fast",
      description = "Compress less, which is much faster. For trying things out.")
  private boolean fast;

  /** What a bundle can have besides the detector. */
  enum Extra {
    VIDEO
  }

  /** Reads an extra. */
  static final class ExtraChoice extends Choice<Extra> {
    ExtraChoice() {
      super(Extra.class, Map.of());
    }
  }

  @Option(
      names = "--with",
      paramLabel = "EXTRA",
      converter = ExtraChoice.class,
      completionCandidates = ExtraChoice.class,
      description =
          "video: also pack the command 'stream' and FFmpeg's libraries. The box then needs libudev.so.1.")
  private @Nullable Extra extra;

  /** What can be packed. */
  enum Format {
    BUNDLE,
    OVMS
  }

  /** Reads a format. */
  static final class FormatChoice extends Choice<Format> {
    FormatChoice() {
      super(Format.class, Map.of());
    }
  }

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "bundle",
      converter = FormatChoice.class,
      completionCandidates = FormatChoice.class,
      description =
          "What to make. bundle: a bundle; ovms: a model repository for OpenVINO Model Server. Default: ${DEFAULT-VALUE}.")
  private Format format;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    switch (format) {
      case BUNDLE -> bundle();
      case OVMS -> repository();
    }
    return ExitCode.DONE;
  }

  private void bundle() {
    if ((key != null) == unsigned) {
      throw usage("give --key FILE to sign the bundle ('ovkit keygen' makes one), or --unsigned");
    }
    if (golden.isEmpty()) {
      throw usage("give --golden PATH: pictures for the self-test on the box");
    }
    Matcher named = named();
    boolean matches = named.matches();
    if (!matches && (name == null || release == null)) {
      throw usage(
          "'%s' does not contain name and version, as app-1.2.0.tar.xz does; give --name and --release"
              .formatted(target));
    }
    PackageOptions options =
        new PackageOptions(
            model.ir(),
            new PictureList(golden).expand(),
            name != null ? name : named.group(1),
            version(release != null ? release : named.group(2)),
            Optional.ofNullable(key),
            rotations,
            jdk != null ? jdk : Path.of(System.getProperty("java.home")),
            Optional.ofNullable(base),
            fast,
            extra == Extra.VIDEO ? StreamProgram.load().libraries() : List.of());
    Packed packed = run(options);
    for (String note : packed.notes()) {
      spec.commandLine().getErr().println("ovkit: " + note);
    }
    if (json.wanted()) {
      Json.print(spec.commandLine().getOut(), json(packed));
    } else {
      print(packed, spec.commandLine().getOut());
    }
  }

  private Matcher named() {
    Path file = target.toAbsolutePath().normalize().getFileName();
    return NAMED.matcher(file == null ? "" : PackageFormats.stem(file.toString()));
  }

  private static ReleaseVersion version(String text) {
    try {
      return new ReleaseVersion(text);
    } catch (IllegalArgumentException e) {
      throw new OptionException("--release: " + e.getMessage(), e);
    }
  }

  private Packed run(PackageOptions options) {
    try (Progress progress = Progress.ofShare("packing")) {
      return Packager.pack(options, target, progress);
    }
  }

  private void repository() {
    if (!golden.isEmpty()
        || key != null
        || unsigned
        || jdk != null
        || base != null
        || fast
        || extra != null
        || !rotations.isEmpty()) {
      throw usage("--format ovms takes only a MODEL, --name, --json and -o");
    }
    Path ir = model.ir();
    ModelRepository made =
        ModelRepository.write(
            ir,
            name != null
                ? name
                : ir.getFileName().toString().replaceFirst("\\.xml$", "").toLowerCase(Locale.ROOT),
            target);
    if (json.wanted()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("target", made.folder().toString());
      object.put("config", made.config().toString());
      object.put("model", made.model().toString());
      Json.print(spec.commandLine().getOut(), object);
    } else {
      PrintWriter out = spec.commandLine().getOut();
      out.println(made.folder() + "  OpenVINO Model Server repository");
      out.println("  " + made.config());
      out.println("  " + made.model());
      out.println(
          "  docker run --rm -p 9000:9000 -v \"%s:%s:ro\" openvino/model_server:latest --port 9000 --config_path %s/config.json"
              .formatted(
                  made.folder().toAbsolutePath().normalize(),
                  ModelRepository.MOUNTED_AT,
                  ModelRepository.MOUNTED_AT));
    }
  }

  // ---- what is printed

  private static void print(Packed packed, PrintWriter out) {
    boolean archive = packed.compressed() > 0;
    out.printf(
        "%s  %s, Java %s%n",
        packed.target(),
        packed.signedBy().map(id -> "signed by " + id).orElse("unsigned"),
        packed.java());
    packed.sha256().ifPresent(sha256 -> out.println("  sha256 " + sha256));
    String row = archive ? "  %-20s %12s %12s%n" : "  %-20s %12s%n";
    out.printf(row, "part", "unpacked", "compressed");
    for (Packed.Size size : packed.sizes()) {
      out.printf(row, size.part(), megabytes(size.bytes()), megabytes(size.compressed()));
    }
    out.printf(row, "all", megabytes(packed.bytes()), megabytes(packed.compressed()));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  private static Map<String, Object> json(Packed packed) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("target", packed.target().toString());
    packed.sha256().ifPresent(sha256 -> object.put("sha256", sha256));
    packed.signedBy().ifPresent(id -> object.put("signed_by", id));
    object.put("java", packed.java());
    object.put("bytes", packed.bytes());
    if (packed.compressed() > 0) {
      object.put("compressed_bytes", packed.compressed());
    }
    List<Map<String, Object>> parts = new ArrayList<>();
    for (Packed.Size size : packed.sizes()) {
      Map<String, Object> part = new LinkedHashMap<>();
      part.put("part", size.part());
      part.put("bytes", size.bytes());
      if (packed.compressed() > 0) {
        part.put("compressed_bytes", size.compressed());
      }
      parts.add(part);
    }
    object.put("parts", parts);
    object.put("notes", packed.notes());
    return object;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
