package dev.ovkit.cli.video.belt;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.WholeFile;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.FilmWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Draws a film of a belt whose parts come in on the right and go out on the left, and writes what
 * is on it. The same seed gives the same parts on the same places.
 *
 * @param parts how many
 * @param seed of all that is random
 */
public record BeltFilm(int parts, long seed) {

  public static final int WIDTH = 1280;
  public static final int HEIGHT = 720;
  public static final int FRAME_RATE = 25;

  /** Pixels from one frame to the next. */
  private static final int STEP = 10;

  private static final int FIRST = WIDTH * 5 / 8;
  private static final int MILLIS = 1000;
  private static final String HEAD = "frame,part,label,x,y,width,height,visible\n";

  /**
   * What a film shows.
   *
   * @param frames how many there are
   * @param counts parts by class; each of them crosses the middle of the picture
   */
  public record Written(int frames, Map<String, Long> counts) {}

  /**
   * Writes the film, and the truth beside it.
   *
   * @param truth a table: for each frame and part the box of its visible pixels, and their share
   * @throws OutputException when a file cannot be written
   */
  public Written write(Path film, Path truth) {
    Random random = new Random(seed);
    int rail = random.nextBoolean() ? (int) (HEIGHT * PartKind.between(random, 0.02, 0.06)) : 0;
    Lamp lamp = Lamp.random(random);
    double zoom = PartKind.between(random, 1.0, 1.2);
    PartFeeder feeder =
        new PartFeeder(
            parts, FIRST, rail, HEIGHT - rail, zoom, lamp, new Random(random.nextLong()));
    BeltStrip belt = new BeltStrip(HEIGHT, feeder, lamp, random);
    BeltCamera camera = new BeltCamera(WIDTH, HEIGHT, rail, random);
    StringBuilder table = new StringBuilder(HEAD);
    Map<Integer, String> labels = new TreeMap<>();
    int frame = 0;
    try (FilmWriter writer = FilmWriter.open(film, WIDTH, HEIGHT, FRAME_RATE)) {
      boolean going = true;
      for (int place = 0; going; place += STEP) {
        try (Picture picture = Picture.of(camera.look(belt, place))) {
          writer.write(picture, Duration.ofMillis((long) frame * MILLIS / FRAME_RATE));
        }
        for (BeltPart part : feeder.between(place, place + WIDTH)) {
          labels.put(part.number, part.sprite.kind().label());
          add(table, frame, part, place);
        }
        frame++;
        // The last part goes on until it is well behind the middle.
        going = !feeder.isDone() || !feeder.between(place + WIDTH / 4, place + WIDTH).isEmpty();
      }
    }
    try {
      WholeFile.write(truth, table.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw OutputException.of(truth, e);
    }
    Map<String, Long> counts = new TreeMap<>();
    labels.values().forEach(label -> counts.merge(label, 1L, Long::sum));
    return new Written(frame, counts);
  }

  private static void add(StringBuilder table, int frame, BeltPart part, int place) {
    part.between(place, place + WIDTH)
        .ifPresent(
            view ->
                table.append(
                    String.format(
                        Locale.ROOT,
                        "%d,%d,%s,%.0f,%.0f,%.0f,%.0f,%.3f%n",
                        frame,
                        part.number,
                        part.sprite.kind().label(),
                        view.box().x(),
                        view.box().y(),
                        view.box().width(),
                        view.box().height(),
                        view.share())));
  }
}
