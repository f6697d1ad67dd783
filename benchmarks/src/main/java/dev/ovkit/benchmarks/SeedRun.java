package dev.ovkit.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes what {@code benchmarks/seed-run.sh} measured as a page of Markdown. */
@Command(name = "seed-run")
final class SeedRun implements Callable<Integer> {

  private static final List<String> STAGES =
      List.of("decode_ms", "preprocess_ms", "infer_ms", "postprocess_ms", "end_to_end_ms");

  @Parameters(index = "0", description = "What ovkit bench --json printed.")
  private Path file;

  @Parameters(index = "1", description = "Side of the models' input.")
  private int size;

  @Parameters(index = "2", description = "How long the run took.")
  private int seconds;

  private JsonNode measured = MissingNode.getInstance();
  private JsonNode pplcnet = measured;
  private JsonNode yolov5s = measured;

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new SeedRun(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    measured = new ObjectMapper().readTree(file.toFile());
    pplcnet = measured.path("models").path(0);
    yolov5s = measured.path("models").path(1);
    head();
    ratios();
    stages();
    pictures();
    return 0;
  }

  private void head() {
    JsonNode here = measured.path("environment");
    JsonNode settings = pplcnet.path("settings");
    say("# One full run of the seed's protocol");
    say("");
    say(
        "The *seed* is the table of measurements that this project started from. Its protocol is 1,000 passes over each of 50 pictures. This page shows one run by that protocol: PPLcnet-yolo against YOLOv5s v5.0, each with one class, at %d x %d, with %d pictures and %,d passes over each: %,d passes of each model in %.1f minutes. The models are those of the zoo. Their weights are random; such models take as long as trained ones, but detect nothing. `benchmarks/seed-run.sh` wrote the tables. The seed itself measured at 640 x 640 on an i5-10210U.",
        size,
        size,
        measured.path("pictures").asInt(),
        pplcnet.path("per_picture").path(0).path("infer_ms").path("count").asInt(),
        pplcnet.path("infer_ms").path("count").asInt(),
        seconds / 60.0);
    say("");
    say(
        "The machine: %s (%s), processors allowed: %d, governor %s; OpenVINO %s, %s, %d thread%s, %d stream%s, ONEDNN_MAX_CPU_ISA %s; load %.2f before and %.2f after, %.1f %% of processor time stolen by the hypervisor; Java %s.",
        here.path("cpu").asText(),
        words(here.path("flags")),
        here.path("processors").asInt(),
        here.path("governor").asText(),
        here.path("openvino").asText(),
        settings.path("precision").asText(),
        settings.path("threads").asInt(),
        settings.path("threads").asInt() == 1 ? "" : "s",
        settings.path("streams").asInt(),
        settings.path("streams").asInt() == 1 ? "" : "s",
        System.getenv().getOrDefault("ONEDNN_MAX_CPU_ISA", "not set"),
        here.path("load_before").asDouble(),
        here.path("load_after").asDouble(),
        here.path("steal_percent").asDouble(),
        here.path("java").asText());
    if (measured.path("interrupted").asBoolean()) {
      say("");
      say("**It was stopped before its end.**");
    }
    say("");
  }

  private void ratios() {
    say("## Time of YOLOv5s divided by the time of PPLcnet-yolo");
    say("");
    say(
        "The table shows the median of the ratios of all rounds, with a 95 %% bootstrap interval. The seed's ratio is 2.85.");
    say("");
    say("| measured time | ratio | 95 %% | rounds |");
    say("| --- | ---: | --- | ---: |");
    for (JsonNode ratio : measured.path("ratios")) {
      ratio(name(ratio.path("of").asText()), ratio);
    }
    JsonNode control = measured.path("control");
    if (control.isObject()) {
      ratio(
          "control: PPLcnet-yolo again"
              + (control.path("void").asBoolean() ? "; **the ratios are void**" : ""),
          control);
    }
    say("");
  }

  private static void ratio(String of, JsonNode ratio) {
    say(
        "| %s | %.3f | %.3f–%.3f | %,d |",
        of,
        ratio.path("ratio").asDouble(),
        ratio.path("low").asDouble(),
        ratio.path("high").asDouble(),
        ratio.path("rounds").asInt());
  }

  private void stages() {
    say("## Milliseconds");
    say("");
    say("| model | stage | mean | ± | min | p50 | p90 | p99 | max |");
    say("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (JsonNode model : measured.path("models")) {
      for (String stage : STAGES) {
        JsonNode times = model.path(stage);
        if (times.isObject()) {
          say(
              "| %s | %s | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f |",
              model == pplcnet ? "PPLcnet-yolo" : "YOLOv5s",
              name(stage),
              times.path("mean").asDouble(),
              times.path("standard_error").asDouble(),
              times.path("min").asDouble(),
              times.path("p50").asDouble(),
              times.path("p90").asDouble(),
              times.path("p99").asDouble(),
              times.path("max").asDouble());
        }
      }
    }
    say("");
    say("± is the standard error of the mean, computed as if passes were independent.");
    say("");
  }

  private void pictures() {
    say("## Mean inference time of each picture, in ms");
    say("");
    say("| picture | PPLcnet-yolo | ± | YOLOv5s | ± | ratio of the means |");
    say("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (int i = 0; i < pplcnet.path("per_picture").size(); i++) {
      JsonNode picture = pplcnet.path("per_picture").path(i);
      JsonNode a = picture.path("infer_ms");
      JsonNode b = yolov5s.path("per_picture").path(i).path("infer_ms");
      say(
          "| %s | %.3f | %.3f | %.3f | %.3f | %.3f |",
          Path.of(picture.path("file").asText()).getFileName(),
          a.path("mean").asDouble(),
          a.path("standard_error").asDouble(),
          b.path("mean").asDouble(),
          b.path("standard_error").asDouble(),
          b.path("mean").asDouble() / a.path("mean").asDouble());
    }
  }

  private static String name(String key) {
    return key.replaceFirst("_ms$", "").replace('_', ' ');
  }

  private static String words(JsonNode texts) {
    List<String> words = new ArrayList<>();
    texts.forEach(text -> words.add(text.asText()));
    return String.join(" ", words);
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
