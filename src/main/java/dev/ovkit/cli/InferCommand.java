package dev.ovkit.cli;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.PictureException;
import dev.ovkit.bench.Settings;
import dev.ovkit.cli.option.IrOptions;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.print.BenchPrinter;
import dev.ovkit.cli.print.DetectionsPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.layout.Layouts;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DerivedSpec;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectionsJson;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.IrDescription;
import dev.ovkit.runtime.CompileOptions;
import dev.ovkit.vision.DetectOptions;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.PictureResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ovkit infer}. */
@Command(
    name = "infer",
    description = {
      "Finds objects on pictures.",
      "",
      "What the IR says of itself is used; an option given here wins over it. A picture that cannot be read is reported in its place, the others are still done, and the exit code is 1. Several pictures are worked on at once; their boxes come in order."
    },
    footer = {
      "  ovkit infer --ir model.xml --image street.jpg",
      "  ovkit infer --ir model.xml --image pictures --out drawn --json"
    })
final class InferCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--ir",
      required = true,
      paramLabel = "MODEL.xml",
      description = "The IR; its .bin lies beside it.")
  private Path ir;

  @Option(
      names = {"-i", "--image"},
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Pictures, folders of pictures, or globs such as 'shots/*.jpg'.")
  private List<String> images;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      description = "The lowest score, 0..1. Default: the IR's, else 0.25.")
  private @Nullable Float confidence;

  @Option(
      names = "--iou",
      paramLabel = "IOU",
      description =
          "The overlap above which the weaker of two boxes is dropped, 0..1. Default: the IR's, else 0.45.")
  private @Nullable Float iou;

  @Option(
      names = "--max-det",
      paramLabel = "N",
      defaultValue = "300",
      description = "The most boxes a picture, best first. Default: ${DEFAULT-VALUE}.")
  private int maxDetections;

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "CLASS",
      description = "Only these classes, by name or number.")
  private List<String> classes = List.of();

  @Option(names = "--agnostic", description = "Let boxes of different classes suppress each other.")
  private boolean agnostic;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Class names, one a line. Default: the IR's.")
  private @Nullable Path labels;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "CPU",
      description = "OpenVINO's name of the device. Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "The arithmetic: f32, bf16, or auto for what OpenVINO prefers on this CPU. Default: f32.")
  private @Nullable String precision;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads to compute with. Default: what this process may use; doctor prints it.")
  private @Nullable Integer threads;

  @Mixin private ProfileOptions profile;

  @Mixin private IrOptions reading;

  @Mixin private PictureOptions picture;

  @Option(
      names = "--out",
      paramLabel = "DIR|FILE",
      description =
          "Write the pictures with their boxes drawn: into a folder, or one picture to a .jpg or .png.")
  private @Nullable Path out;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  private int failed;
  private Optional<ProfileOptions.Used> used = Optional.empty();

  @Override
  public Integer call() {
    List<Path> pictures = new PictureList(images).expand();
    boolean toFile = out != null && isPictureName(out);
    if (toFile && pictures.size() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--out %s names one picture, but there are %d; give a folder"
              .formatted(out, pictures.size()));
    }
    try (Detector detector = Detector.open(ir, options(pictures.size()))) {
      for (Assumption assumption : detector.assumptions()) {
        spec.commandLine().getErr().println("ovkit: assumed: " + assumption.sentence());
      }
      return run(detector, pictures, out == null ? List.of() : targets(out, pictures, toFile));
    }
  }

  private int run(Detector detector, List<Path> pictures, List<Path> targets) {
    List<Map<String, Object>> results = new ArrayList<>();
    PrintWriter stdout = spec.commandLine().getOut();
    try (@Nullable ProgressBar bar = progress(pictures.size())) {
      Consumer<PictureResult> each =
          result -> {
            results.add(one(result));
            if (bar != null) {
              bar.step();
            }
          };
      if (targets.isEmpty()) {
        detector.detectAll(pictures, each);
      } else {
        detector.detectAll(
            pictures,
            (place, drawn, found) -> {
              drawn.draw(found.detections());
              drawn.write(targets.get(place));
            },
            each);
      }
    }
    if (json) {
      Map<String, Object> object = DetectionsJson.of(ir, device, results);
      if (used.isPresent()) {
        Map<String, Object> settings =
            BenchPrinter.json(Settings.of(detector.compiledModel(), detector.requests()));
        settings.put("profile", used.get().json());
        object.put("settings", settings);
      }
      Json.print(stdout, object);
    }
    return failed == 0 ? ExitCode.DONE : ExitCode.FAILED;
  }

  /** Tells and keeps what was found on one picture. */
  private Map<String, Object> one(PictureResult result) {
    try {
      if (result instanceof PictureResult.Unreadable unreadable) {
        throw unreadable.reason();
      }
      Detections found = ((PictureResult.Found) result).detections();
      if (!json) {
        DetectionsPrinter.print(result.file(), found, spec.commandLine().getOut());
        return Map.of();
      }
      return DetectionsJson.picture(result.file(), found);
    } catch (PictureException e) {
      failed++;
      spec.commandLine().getErr().println("ovkit: " + e.getMessage());
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("file", result.file().toString());
      object.put("error", String.valueOf(e.getMessage()));
      return object;
    }
  }

  private @Nullable ProgressBar progress(int pictures) {
    boolean terminal = Boolean.getBoolean("ovkit.progress");
    return terminal && json && pictures > 1 ? new ProgressBar("pictures", pictures) : null;
  }

  // ---- options

  private DetectorOptions options(int pictures) {
    DetectorOptions options = opening(pictures);
    boolean given = labels != null || reading.given() || !classes.isEmpty() || picture.given();
    if (!given) {
      return options.with(detectOptions(Set.of()));
    }
    DetectorSpec detector = changed(DerivedSpec.of(IrDescription.read(ir), Layouts.ALL).spec());
    return options.with(detector).with(detectOptions(wanted(detector)));
  }

  private DetectOptions detectOptions(Set<Integer> wanted) {
    return new DetectOptions(
        confidence, iou, maxDetections, DetectOptions.defaults().maxCandidates(), wanted, agnostic);
  }

  /** What is given here, then the profile, then the defaults. */
  private DetectorOptions opening(int pictures) {
    CompileOptions.Hint target =
        pictures > 1 ? CompileOptions.Hint.THROUGHPUT : CompileOptions.Hint.LATENCY;
    if (device.equals("CPU")) {
      used = profile.find(ir, target);
    }
    DetectorOptions options =
        used.map(found -> threads == null ? found.tuning() : found.tuning().withoutThreads())
            .map(tuning -> tuning.options(ir))
            .orElseGet(() -> DetectorOptions.defaults().with(defaults(pictures)));
    return options.with(explicit(options.compile()));
  }

  /** One picture has all threads; several share them, but no more streams than pictures. */
  private CompileOptions defaults(int pictures) {
    CompileOptions options = CompileOptions.defaults().withDevice(device);
    return pictures > 1
        ? options
            .with(CompileOptions.Hint.THROUGHPUT)
            .with("PERFORMANCE_HINT_NUM_REQUESTS", Integer.toString(pictures))
        : options;
  }

  private CompileOptions explicit(CompileOptions base) {
    CompileOptions options = base;
    if (precision != null) {
      options =
          options.with(
              switch (precision.toLowerCase(Locale.ROOT)) {
                case "f32", "fp32" -> CompileOptions.Precision.F32;
                case "bf16" -> CompileOptions.Precision.BF16;
                case "auto" -> CompileOptions.Precision.AUTO;
                default ->
                    throw new ParameterException(
                        spec.commandLine(),
                        "--precision %s: expected f32, bf16 or auto".formatted(precision));
              });
    }
    return threads == null ? options : options.withThreads(threads);
  }

  private DetectorSpec changed(DetectorSpec detector) {
    DetectorSpec changed = picture.applyTo(detector);
    if (labels != null) {
      List<String> names = Labels.read(labels);
      if (names.size() != detector.layout().classes()) {
        throw new OptionException(
            "--labels '%s' has %d names, but '%s' has %d classes"
                .formatted(labels, names.size(), ir, detector.layout().classes()));
      }
      changed = changed.withLabels(names);
    }
    return reading.applyTo(changed);
  }

  private Set<Integer> wanted(DetectorSpec detector) {
    Set<Integer> wanted = new TreeSet<>();
    for (String name : classes) {
      int id = detector.labels().indexOf(name);
      if (id < 0 && name.matches("\\d{1,6}")) {
        id = Integer.parseInt(name);
      }
      if (id < 0 || id >= detector.layout().classes()) {
        throw new OptionException(
            "--classes %s: no such class; '%s' has %s"
                .formatted(
                    name,
                    ir,
                    detector.labels().isEmpty()
                        ? "numbers 0 to " + (detector.layout().classes() - 1)
                        : String.join(", ", detector.labels())));
      }
      wanted.add(id);
    }
    return wanted;
  }

  // ---- results

  private static boolean isPictureName(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return !Files.isDirectory(path)
        && (name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png"));
  }

  /**
   * Where each picture goes. Two of one name from different folders must not overwrite each other.
   */
  private static List<Path> targets(Path out, List<Path> pictures, boolean toFile) {
    if (toFile) {
      return List.of(out);
    }
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw OutputException.of(out, e);
    }
    Set<Path> targets = new LinkedHashSet<>();
    for (Path picture : pictures) {
      String name = picture.getFileName().toString();
      String stem = isPictureName(picture) ? name.substring(0, name.lastIndexOf('.')) : name;
      String ending = isPictureName(picture) ? name.substring(name.lastIndexOf('.')) : ".jpg";
      Path free = out.resolve(stem + ending);
      for (int i = 2; !targets.add(free); i++) {
        free = out.resolve(stem + "-" + i + ending);
      }
    }
    return List.copyOf(targets);
  }
}
