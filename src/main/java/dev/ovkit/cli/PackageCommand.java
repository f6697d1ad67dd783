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
import dev.ovkit.cli.print.PackedPrinter;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.cli.serve.ServeProgram;
import dev.ovkit.cli.stream.StreamProgram;
import dev.ovkit.pack.ClusterOptions;
import dev.ovkit.pack.KserveFormat;
import dev.ovkit.pack.KubernetesFormat;
import dev.ovkit.pack.ModelRepository;
import dev.ovkit.pack.PackageFormats;
import dev.ovkit.pack.PackageOptions;
import dev.ovkit.pack.Packager;
import dev.ovkit.pack.Packed;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
      "  ovkit package model.xml --golden street.jpg --key signing.key --with serve -o"
          + " server-1.2.0.tar.xz",
      "  ovkit package model.xml --golden street.jpg --key signing.key --base debian.tar -o"
          + " app-1.2.0.oci.tar",
      "  ovkit package model.xml --format ovms --name app -o repository",
      "  ovkit package model.xml --format kubernetes --image registry.example/app:1.2.0 -o"
          + " app-1.2.0.yaml"
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
    VIDEO,
    SERVE
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
          "video: also pack the command 'stream' and FFmpeg's libraries; the box then needs"
              + " libudev.so.1. serve: also pack the command 'serve'. Can be repeated.")
  private Set<Extra> extras = Set.of();

  /** What can be packed. */
  enum Format {
    BUNDLE,
    OVMS,
    KUBERNETES,
    KSERVE
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
          "What to make. bundle: a bundle; ovms: a model repository for OpenVINO Model Server;"
              + " kubernetes, kserve: the objects (YAML) with which a cluster runs the image of a"
              + " bundle --with serve. Default: ${DEFAULT-VALUE}.")
  private Format format;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description =
          "For --format kubernetes and kserve: where the cluster finds the image, such as"
              + " registry.example/app:1.2.0. Default: ovkit/NAME:VERSION, as the .oci.tar names"
              + " it.")
  private @Nullable String image;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    switch (format) {
      case BUNDLE -> bundle();
      case OVMS -> repository();
      case KUBERNETES, KSERVE -> cluster();
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
    if (image != null) {
      throw usage("--image is for --format kubernetes and kserve");
    }
    Named named = named();
    if (extras.contains(Extra.SERVE)) {
      ServeProgram.load(); // or there is nothing to pack
    }
    PackageOptions options =
        new PackageOptions(
            model.ir(),
            new PictureList(golden).expand(),
            named.name(),
            named.version(),
            Optional.ofNullable(key),
            rotations,
            jdk != null ? jdk : Path.of(System.getProperty("java.home")),
            Optional.ofNullable(base),
            fast,
            extras.contains(Extra.VIDEO) ? StreamProgram.load().libraries() : List.of(),
            extras.contains(Extra.SERVE));
    Packed packed = run(options);
    for (String note : packed.notes()) {
      spec.commandLine().getErr().println("ovkit: " + note);
    }
    if (json.wanted()) {
      Json.print(spec.commandLine().getOut(), PackedPrinter.json(packed));
    } else {
      PackedPrinter.print(packed, spec.commandLine().getOut());
    }
  }

  /** What is packed, by the options or by the target's name. */
  private record Named(String name, ReleaseVersion version) {}

  private Named named() {
    Path file = target.toAbsolutePath().normalize().getFileName();
    Matcher typed = NAMED.matcher(file == null ? "" : PackageFormats.stem(file.toString()));
    boolean matches = typed.matches();
    if (!matches && (name == null || release == null)) {
      throw usage(
          "'%s' does not contain name and version, as app-1.2.0.tar.xz does; give --name and --release"
              .formatted(target));
    }
    return new Named(
        name != null ? name : typed.group(1), version(release != null ? release : typed.group(2)));
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

  private void requireOnly(boolean more, String what) {
    if (more
        || !golden.isEmpty()
        || key != null
        || unsigned
        || jdk != null
        || base != null
        || fast
        || !extras.isEmpty()
        || !rotations.isEmpty()) {
      throw usage(
          "--format %s takes only %s".formatted(format.name().toLowerCase(Locale.ROOT), what));
    }
  }

  /** The cluster runs an image that is made by itself; of the model only the memory counts here. */
  private void cluster() {
    requireOnly(false, "a MODEL, --name, --release, --image, --json and -o");
    Named named = named();
    String of = image != null ? image : "ovkit/%s:%s".formatted(named.name(), named.version());
    ClusterOptions options =
        new ClusterOptions(named.name(), named.version(), of, ClusterOptions.memory(model.ir()));
    if (format == Format.KUBERNETES) {
      KubernetesFormat.write(options, target);
    } else {
      KserveFormat.write(options, target);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("target", target.toString());
      object.put("image", of);
      object.put("memory_mib", options.memory());
      Json.print(out, object);
      return;
    }
    out.printf("%s  %s, %d MiB of memory%n", target, of, options.memory());
    if (format == Format.KUBERNETES) {
      out.printf(
          "  kubectl create secret generic %s-tokens --from-file=tokens  # lines of NAME=TOKEN%n",
          named.name());
      out.printf(
          "  clients need the label %s: \"true\"%n", KubernetesFormat.clientLabel(named.name()));
    }
    out.printf("  kubectl apply -f %s%n", target);
  }

  private void repository() {
    requireOnly(release != null || image != null, "a MODEL, --name, --json and -o");
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

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
