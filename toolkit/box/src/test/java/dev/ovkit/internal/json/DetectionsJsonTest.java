package dev.ovkit.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The form that every program that reads results relies on. */
class DetectionsJsonTest {

  private static final Detection CAR = new Detection("car", 2, 0.5f, new Box(1, 2, 30, 40));

  private static final Detections FOUND =
      new Detections(
          640,
          480,
          List.of(CAR),
          4,
          3,
          new Detections.Timings(
              Duration.ofMillis(1),
              Duration.ofNanos(500_900),
              Duration.ofNanos(20_001_999),
              Duration.ZERO));

  @Test
  void everyKeyHasItsPlace() {
    String json =
        new String(
            JsonFile.bytes(
                DetectionsJson.of(
                    Path.of("m.xml"),
                    "CPU",
                    List.of(DetectionsJson.picture(Path.of("a/b.jpg"), FOUND)))),
            StandardCharsets.UTF_8);
    assertThat(json.replaceAll("\\s", ""))
        .isEqualTo(
            ("{'version':2,'model':'m.xml','device':'CPU','pictures':[{'file':'a/b.jpg','width':640,"
                    + "'height':480,'task':'detect','detections':[{'label':'car','class_id':2,'score':0.5,"
                    + "'box':{'x':1.0,'y':2.0,'width':30.0,'height':40.0}}],'left_out':3,"
                    + "'ms':{'decode':1.0,'preprocess':0.5,'infer':20.001,'postprocess':0.0}}]}")
                .replace('\'', '"'));
  }
}
