import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.vision.Detector;
import java.nio.file.Path;

/** A program on the library: prints what it finds on each picture, a line a picture. */
final class SwapWorker {

  public static void main(String[] arguments) {
    try (Detector detector = Detector.open(Path.of(arguments[0]))) {
      for (int i = 1; i < arguments.length; i++) {
        Detections found = detector.detect(Path.of(arguments[i]));
        StringBuilder line = new StringBuilder();
        for (Detection one : found) {
          line.append(one.classId()).append(' ').append(one.score()).append(' ').append(one.box());
        }
        System.out.println(line);
        System.out.flush();
      }
    }
  }

  private SwapWorker() {}
}
