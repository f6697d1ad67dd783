package dev.ovkit.cli;

import dev.ovkit.cli.option.BitDepthOption;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.ModelAndPictures;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.diagnose.Diagnosis;
import dev.ovkit.diagnose.Fit;
import dev.ovkit.diagnose.Question;
import dev.ovkit.diagnose.Setting;
import dev.ovkit.diagnose.Trial;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Colour;
import dev.ovkit.report.DiagnosisReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit diagnose}. */
@Command(
    name = "diagnose",
    customSynopsis = "ovkit diagnose [OPTIONS] MODEL PICTURE...",
    description = {
      "Finds out why the boxes of an IR are wrong.",
      "",
      "Changes one setting at a time, then two at once, until the boxes agree with the expected boxes. Among the settings are channel order, scale, letterbox, output layout, order of rows and heads, anchors, sigmoids, box columns and labels. Without --expect and --reference, diagnose judges by plausibility: it checks whether the same objects are found on the mirrored and on the smaller picture. The exit code is 4 if the boxes are wrong, even if diagnose cannot say why."
    },
    footer = {
      "  ovkit diagnose model.xml street.jpg --reference model.onnx",
      "  ovkit diagnose model.xml pictures --expect boxes.json --json"
    })
final class DiagnoseCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelAndPictures input;

  @ArgGroup(exclusive = true)
  private @Nullable Truth truth;

  /** What is known to be right. */
  private static final class Truth {
    @Option(
        names = "--expect",
        paramLabel = "BOXES.json",
        description =
            "The correct boxes: what 'ovkit infer --json' prints, or a list of boxes for one picture.")
    private @Nullable Path expected;

    @Option(
        names = "--reference",
        paramLabel = "MODEL.onnx",
        description =
            "The ONNX model that the IR was converted from. Its boxes, computed in ONNX Runtime, count as correct.")
    private @Nullable Path reference;
  }

  @Mixin private PictureOptions picture;

  @Mixin private BitDepthOption bitDepth;

  @HelpGroup.In(HelpGroup.PREPROCESSING)
  @Option(
      names = "--reverse-input-channels",
      negatable = true,
      description = "The --reference model expects RGB. Default: what its family needs.")
  private @Nullable Boolean reverse;

  @Option(
      names = "--all",
      description = "List all settings that were tried, not only the best twelve.")
  private boolean all;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report: one HTML file that shows the boxes before and after the fix.")
  private @Nullable Path html;

  @Mixin private JsonOption json;

  private static final int SHOWN = 12;

  @Override
  public Integer call() {
    Path ir = input.ir();
    Diagnosis diagnosis =
        Diagnosis.of(
            new Question(
                ir,
                input.pictures(),
                Optional.ofNullable(truth).map(t -> t.expected),
                Optional.ofNullable(truth).map(t -> t.reference).map(this::reference),
                bitDepth.bits()));
    if (html != null) {
      DiagnosisReport.write(ir, diagnosis, bitDepth.bits(), html);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, json(ir, diagnosis));
    } else {
      print(diagnosis, out);
    }
    return switch (diagnosis.verdict()) {
      case RIGHT, PLAUSIBLE -> ExitCode.DONE;
      case EXPLAINED, UNEXPLAINED -> ExitCode.DOES_NOT_HOLD;
    };
  }

  /** The options say how the reference is fed, as they do for convert. */
  private ConvertOptions reference(Path onnx) {
    return ConvertOptions.of(onnx).toBuilder()
        .dataType(WeightPrecision.FP32)
        .mean(picture.mean())
        .scale(picture.scale())
        .description(
            reverse == null
                ? ModelDescription.NONE
                : ModelDescription.NONE.trainedOn(reverse ? Colour.RGB : Colour.BGR))
        .resize(picture.mode())
        .pad(picture.pad())
        .interpolation(picture.interpolation())
        .rewrite(false)
        .build();
  }

  // ---- for people

  private void print(Diagnosis diagnosis, PrintWriter out) {
    out.printf("%9s %9s %8s %8s  %s%n", "agreement", "matched", "IoU", "score±", "read with");
    diagnosis.present().ifPresent(t -> print(t, out));
    diagnosis.trials().stream()
        .filter(t -> !t.settings().isEmpty())
        .limit(all ? Long.MAX_VALUE : SHOWN)
        .forEach(t -> print(t, out));
    out.printf("%d settings were tried%n%n", diagnosis.trials().size());
    for (String note : diagnosis.notes()) {
      out.println(note);
    }
    out.println(diagnosis.sentence());
    diagnosis
        .explanation()
        .ifPresent(
            t ->
                out.println(
                    "  now: "
                        + diagnosis.present().map(p -> figures(p.fit())).orElse("cannot be read")
                        + System.lineSeparator()
                        + "  then: "
                        + figures(t.fit())));
    for (Trial other : diagnosis.equal()) {
      out.println("  these pictures do not distinguish it from: " + other.cause());
    }
    for (String command : diagnosis.commands()) {
      out.println("Fix it with: " + TypedName.in(command));
    }
  }

  private static void print(Trial trial, PrintWriter out) {
    Fit fit = trial.fit();
    out.printf(
        Locale.ROOT,
        "%9.3f %9s %8.3f %8.3f  %s%n",
        fit.agreement(),
        fit.expected() > 0
            ? "%d/%d+%d".formatted(fit.matched(), fit.expected(), fit.found() - fit.matched())
            : "%d/%d".formatted(fit.matched(), fit.found()),
        fit.meanIou(),
        fit.largestScoreDifference(),
        trial.title());
  }

  private static String figures(Fit fit) {
    return fit.expected() > 0
        ? String.format(
            Locale.ROOT,
            "%d of %d boxes, %d more, mean IoU %.3f, agreement %.3f",
            fit.matched(),
            fit.expected(),
            fit.found() - fit.matched(),
            fit.meanIou(),
            fit.agreement())
        : String.format(
            Locale.ROOT,
            "%d boxes found, %d found again, plausibility %.3f",
            fit.found(),
            fit.matched(),
            fit.agreement());
  }

  // ---- for programs

  private static Map<String, Object> json(Path ir, Diagnosis diagnosis) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("ir", ir.toString());
    object.put("verdict", diagnosis.verdict().name().toLowerCase(Locale.ROOT));
    object.put("sentence", diagnosis.sentence());
    object.put("now", diagnosis.present().map(DiagnoseCommand::json).orElse(null));
    object.put("cause", diagnosis.explanation().map(DiagnoseCommand::json).orElse(null));
    object.put("equal", diagnosis.equal().stream().map(DiagnoseCommand::json).toList());
    object.put("commands", diagnosis.commands());
    object.put("notes", diagnosis.notes());
    object.put("tried", diagnosis.trials().stream().map(DiagnoseCommand::json).toList());
    return object;
  }

  private static Map<String, Object> json(Trial trial) {
    Fit fit = trial.fit();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("settings", trial.settings().stream().sorted().map(Setting::title).toList());
    object.put("reading", trial.title());
    object.put("cause", trial.cause());
    object.put("agreement", fit.agreement());
    object.put("expected", fit.expected());
    object.put("found", fit.found());
    object.put("matched", fit.matched());
    object.put("mean_iou", fit.meanIou());
    object.put("largest_score_difference", fit.largestScoreDifference());
    return object;
  }
}
