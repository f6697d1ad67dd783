package dev.ovkit.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A model that is read wrongly is reported once, with the command that finds the reason. */
class AlarmPrinterTest {

  private static Detections scored(float score) {
    Detection object = new Detection("part", 0, score, new Box(1, 1, 30, 30));
    return new Detections(64, 64, List.of(object), 1, 0, Detections.Timings.NONE);
  }

  @Test
  void itWarnsOnceAndNamesDiagnose() {
    StringWriter err = new StringWriter();
    AlarmPrinter alarm = new AlarmPrinter(new PrintWriter(err), Path.of("model.xml"));
    alarm.check(Path.of("fine.jpg"), scored(0.5f));
    alarm.check(Path.of("a.jpg"), scored(12));
    alarm.check(Path.of("b.jpg"), scored(12));
    assertThat(err.toString())
        .isEqualTo(
            "ovkit: a.jpg: a score of 12.0 is above 1, so the model is probably read wrongly; find out with: ovkit diagnose --ir model.xml --images a.jpg%n"
                .formatted());
  }

  /** What a person pastes must do nothing else, and a name must not write its own lines. */
  @Test
  void aNameOfStrangersIsQuotedAndOneLine() {
    StringWriter err = new StringWriter();
    AlarmPrinter alarm = new AlarmPrinter(new PrintWriter(err), Path.of("model.xml"));
    alarm.check(Path.of("a'; reboot; '\n\u001b[31mb.jpg"), scored(12));
    assertThat(err.toString())
        .hasLineCount(1)
        .doesNotContain("\u001b")
        .contains("--images 'a'\\''; reboot; '\\''");
  }
}
