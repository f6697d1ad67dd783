package dev.ovkit.cli;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.bench.Settings;
import dev.ovkit.cli.option.BitDepthOption;
import dev.ovkit.cli.option.Choice;
import dev.ovkit.cli.option.ClassNames;
import dev.ovkit.cli.option.ComputeOptions;
import dev.ovkit.cli.option.DrawingOptions;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.IrOptions;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.cli.option.ModelAndPictures;
import dev.ovkit.cli.option.OutputPictures;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.cli.option.ThresholdOptions;
import dev.ovkit.cli.option.TrackOption;
import dev.ovkit.cli.print.AlarmPrinter;
import dev.ovkit.cli.print.BenchJson;
import dev.ovkit.cli.print.CocoResults;
import dev.ovkit.cli.print.CsvResults;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.JsonLinesResults;
import dev.ovkit.cli.print.JsonResults;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.cli.print.ResultWriter;
import dev.ovkit.cli.print.Summary;
import dev.ovkit.cli.print.TableResults;
import dev.ovkit.cli.print.YoloResults;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Assumption;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.runtime.Core;
import dev.ovkit.track.Tracker;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.PictureResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
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
    customSynopsis = "ovkit infer [OPTIONS] MODEL PICTURE...",
    description = {
      "Finds objects on pictures.",
      "",
      "Settings are read from the IR; options given here override them. An ONNX model is converted first, and the IR is kept in the user's cache. Unreadable pictures are reported and skipped; the exit code is then 1. Several pictures are processed at the same time, and the results are printed in the order of the pictures."
    },
    footer = {
      "  ovkit infer model.xml street.jpg",
      "  ovkit infer model.xml pictures --out drawn",
      "  ovkit infer model.xml frames --track --json",
      "  ovkit infer --ir model.xml --images 'shots/*.jpg' --format jsonl"
    })
final class InferCommand implements Callable<Integer> {

  /** A name from a folder of strangers must not disturb the terminal. */
  private static final int LONGEST = 4096;

  /** The formats of results. */
  enum Format {
    TABLE,
    JSON,
    JSONL,
    CSV,
    YOLO,
    COCO
  }

  /** Reads a format. */
  static final class FormatChoice extends Choice<Format> {
    FormatChoice() {
      super(Format.class, Map.of());
    }
  }

  @Spec private CommandSpec spec;

  @Mixin private ModelAndPictures input;

  @Mixin private ThresholdOptions thresholds;

  @Mixin private TrackOption track;

  @Option(
      names = "--classes",
      split = ",",
      paramLabel = "CLASS",
      description = "Find only these classes, given by name or number and separated by commas.")
  private List<String> classes = List.of();

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--agnostic",
      description = "Also let boxes of different classes suppress each other.")
  private boolean agnostic;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Text file of class names, one per line. Default: the names in the IR.")
  private @Nullable Path labels;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "CPU",
      description = "OpenVINO device to run on. Default: ${DEFAULT-VALUE}.")
  private String device;

  @Mixin private ComputeOptions compute;

  @Mixin private ProfileOptions profile;

  @Mixin private IrOptions reading;

  @Mixin private PictureOptions picture;

  @Mixin private BitDepthOption bitDepth;

  @Mixin private DrawingOptions drawing;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      converter = FormatChoice.class,
      completionCandidates = FormatChoice.class,
      description =
          "Format of the results. table: a text table. json: one JSON object after the last picture. jsonl: one line per picture, as soon as the picture is done. csv: one line per object. yolo: one text file per picture in --out, as YOLO training programs read it. coco: a COCO data set. Default: table.")
  private @Nullable Format format;

  @Mixin private JsonOption json;

  private int failed;
  private Optional<ProfileOptions.Used> used = Optional.empty();

  @Override
  public Integer call() {
    Format wanted = format();
    Path ir = input.model();
    List<Path> pictures = input.pictures();
    track.requireOrder(pictures);
    boolean text = wanted == Format.YOLO;
    Optional<Path> out = drawing.out();
    if (text && out.isEmpty()) {
      throw usage("--format yolo writes a text file per picture; give their folder with --out DIR");
    }
    PictureFiles files =
        new PictureFiles(
            out.filter(where -> !text).map(where -> OutputPictures.of(where, pictures)),
            drawing.crops().map(where -> OutputPictures.inFolder(where, pictures, ".jpg")),
            drawing.lineWidth(),
            drawing.labels());
    @Nullable OutputPictures texts =
        text
            ? out.map(where -> OutputPictures.inFolder(where, pictures, ".txt")).orElse(null)
            : null;
    requireDevice();
    try (Interruption interruption = new Interruption();
        Detector detector = Detector.open(ir, options(ir, pictures.size()))) {
      for (Assumption assumption : detector.assumptions()) {
        spec.commandLine().getErr().println("ovkit: assumed: " + assumption.sentence());
      }
      if (labels == null && input.isOnnx() && detector.spec().labels().isEmpty()) {
        spec.commandLine()
            .getErr()
            .println(
                "ovkit: the model has no class names, so objects have class numbers; --labels FILE gives the names");
      }
      if (thresholds.givesIou() && detector.spec().layout().isSuppressed()) {
        spec.commandLine()
            .getErr()
            .println("ovkit: --iou has no effect: the model itself leaves one box per object");
      }
      Optional<Tracker> tracker = track.tracker(detector.spec(), wantedOf(Set.of()));
      ResultWriter writer = writer(wanted, ir, detector, texts, tracker.isPresent());
      AlarmPrinter alarm = new AlarmPrinter(spec.commandLine().getErr(), ir);
      @Nullable TrackedPictures tracked =
          tracker.map(one -> new TrackedPictures(one, files, detector.bitDepth())).orElse(null);
      return run(detector, pictures, files, tracked, writer, wanted, interruption, alarm);
    }
  }

  private Format format() {
    if (format != null && json.wanted() && format != Format.JSON) {
      throw usage("give --json or --format %s, not both".formatted(Choice.word(format)));
    }
    return format != null ? format : json.wanted() ? Format.JSON : Format.TABLE;
  }

  private ResultWriter writer(
      Format wanted, Path ir, Detector detector, @Nullable OutputPictures texts, boolean tracked) {
    PrintWriter stdout = spec.commandLine().getOut();
    return switch (wanted) {
      case TABLE -> new TableResults(stdout);
      case JSON -> new JsonResults(stdout, ir, device, object -> addSettings(object, detector));
      case JSONL -> new JsonLinesResults(stdout);
      case CSV -> new CsvResults(stdout, detector.spec().task(), tracked);
      case COCO -> new CocoResults(stdout, detector.spec().labels());
      case YOLO -> {
        if (texts == null) {
          throw new IllegalStateException("--format yolo without --out is refused before");
        }
        // Results come in the order of the pictures.
        Iterator<Path> targets = texts.files().iterator();
        yield new YoloResults(targets);
      }
    };
  }

  private int run(
      Detector detector,
      List<Path> pictures,
      PictureFiles files,
      @Nullable TrackedPictures tracked,
      ResultWriter writer,
      Format wanted,
      Interruption interruption,
      AlarmPrinter alarm) {
    PrintWriter stdout = spec.commandLine().getOut();
    Summary summary = new Summary();
    try (Progress progress = progress(pictures.size(), wanted)) {
      detector.detectAll(
          interruption.until(pictures),
          (place, decoded, found) -> {
            alarm.look(pictures.get(place), decoded);
            if (tracked == null) {
              files.write(place, pictures.get(place), decoded, found);
            }
          },
          result -> {
            one(tracked == null ? result : tracked.next(result), writer, summary, alarm);
            if (stdout.checkError()) {
              throw new OutputException("the results cannot be written to standard output");
            }
            progress.step();
          });
    }
    writer.end(interruption.asked());
    if (interruption.asked()) {
      spec.commandLine().getErr().println("ovkit: interrupted; the rest was not processed");
    }
    if (summary.useful() && (wanted == Format.TABLE || wanted == Format.YOLO)) {
      summary.print(stdout, written());
    }
    stdout.flush();
    if (interruption.asked()) {
      return ExitCode.INTERRUPTED;
    }
    return failed == 0 ? ExitCode.DONE : ExitCode.FAILED;
  }

  private void one(PictureResult result, ResultWriter writer, Summary summary, AlarmPrinter alarm) {
    if (result instanceof PictureResult.Found found) {
      summary.found(found.detections());
      alarm.check(found.file(), found.detections());
      writer.found(found.file(), found.detections());
    } else if (result instanceof PictureResult.Unreadable unreadable) {
      failed++;
      summary.unreadable();
      String message = String.valueOf(unreadable.reason().getMessage());
      spec.commandLine().getErr().println(OneLine.of("ovkit: " + message, LONGEST));
      writer.unreadable(unreadable.file(), message);
    }
  }

  private List<String> written() {
    List<String> written = new ArrayList<>();
    String what = format == Format.YOLO ? "text files" : "pictures with boxes";
    drawing.out().ifPresent(out -> written.add(what + " are in " + out));
    drawing.crops().ifPresent(crops -> written.add("objects are in " + crops));
    return written;
  }

  private void addSettings(Map<String, Object> object, Detector detector) {
    if (used.isPresent()) {
      Map<String, Object> settings =
          BenchJson.of(Settings.of(detector::property, detector.requests()));
      settings.put("profile", used.get().json());
      object.put("settings", settings);
    }
  }

  /** Formats that print as they go are progress enough. */
  private static Progress progress(int pictures, Format wanted) {
    boolean prints = wanted == Format.TABLE || wanted == Format.JSONL || wanted == Format.CSV;
    return Progress.ofPictures(prints ? 0 : pictures);
  }

  // ---- options

  private void requireDevice() {
    String name = device.split("[.:(]", 2)[0];
    if (name.matches("CPU|AUTO|MULTI|HETERO|BATCH")) {
      return;
    }
    try (Core core = Core.create()) {
      List<String> devices = core.devices();
      if (devices.stream().noneMatch(one -> one.split("\\.", 2)[0].equals(name))) {
        throw new OptionException(
            "--device %s: OpenVINO has no such device here; it has %s"
                .formatted(device, String.join(", ", devices)));
      }
    }
  }

  private DetectorOptions options(Path ir, int pictures) {
    DetectorOptions options = opening(ir, pictures);
    boolean given = labels != null || reading.given() || !classes.isEmpty() || picture.given();
    if (!given) {
      return options.withDetect(detectOptions(Set.of()));
    }
    DetectorSpec detector = changed(ir, DerivedSpec.of(IrDescription.read(ir), Layouts.ALL).spec());
    return options
        .withSpec(detector)
        .withDetect(detectOptions(ClassNames.numbers(classes, detector, ir)));
  }

  private DetectOptions detectOptions(Set<Integer> numbers) {
    return track.applyTo(wantedOf(numbers));
  }

  private DetectOptions wantedOf(Set<Integer> numbers) {
    return thresholds.applyTo(DetectOptions.defaults().withClasses(numbers).withAgnostic(agnostic));
  }

  /** What is given here, then the profile, then the defaults. */
  private DetectorOptions opening(Path ir, int pictures) {
    CompileOptions.Hint target =
        pictures > 1 ? CompileOptions.Hint.THROUGHPUT : CompileOptions.Hint.LATENCY;
    if (device.equals("CPU")) {
      used = profile.find(ir, target);
    }
    DetectorOptions options =
        used.map(found -> compute.hasThreads() ? found.tuning().withoutThreads() : found.tuning())
            .map(tuning -> tuning.options(ir))
            .orElseGet(() -> DetectorOptions.defaults().withCompile(defaults(pictures)));
    return bitDepth.applyTo(options.withCompile(compute.applyTo(options.compile())));
  }

  /** One picture has all threads; several share them, but no more streams than pictures. */
  private CompileOptions defaults(int pictures) {
    CompileOptions options = CompileOptions.defaults().withDevice(device);
    return pictures > 1
        ? options
            .withHint(CompileOptions.Hint.THROUGHPUT)
            .withProperty("PERFORMANCE_HINT_NUM_REQUESTS", Integer.toString(pictures))
        : options;
  }

  private DetectorSpec changed(Path ir, DetectorSpec detector) {
    DetectorSpec changed = picture.applyTo(detector);
    if (labels != null) {
      changed = Labels.apply("--labels", labels, changed, ir);
    }
    return reading.applyTo(changed);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
