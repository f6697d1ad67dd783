package dev.ovkit.cli.video;

import dev.ovkit.OvkitException;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.engine.Camera;
import java.io.PrintWriter;
import java.util.List;

/** Checks a request, and opens each of its cameras for one frame. */
final class ConfigCheck {

  /**
   * Prints what there is.
   *
   * @throws dev.ovkit.OptionException when something is wrong
   */
  static int run(StreamRequest request, ReadOptions reading, PrintWriter out) {
    List<Camera> cameras = Cameras.of(request);
    WatchedPlaces places = WatchedPlaces.of(request.following(), cameras);
    DetectorSettings.detect(request); // refuses a class that the model lacks
    for (Camera camera : cameras) {
      out.printf("%s: %s: %s%n", camera.name(), camera.source(), opened(camera, reading, places));
    }
    out.printf(
        "%d cameras, %d zones, %d lines, model %s: the file is right%n",
        cameras.size(),
        request.following().zones().size(),
        request.following().lines().size(),
        request.ir());
    return ExitCode.DONE;
  }

  private static String opened(Camera camera, ReadOptions reading, WatchedPlaces places) {
    if (camera.source().kind() == VideoSource.Kind.STDIN) {
      return "standard input is not read";
    }
    int width;
    int height;
    String format;
    try (VideoReader reader = VideoReader.open(camera.source(), reading);
        VideoFrame frame = reader.next()) {
      if (frame == null) {
        return "it has no frame" + unchecked(camera, places);
      }
      width = frame.width();
      height = frame.height();
      format = reader.description();
    } catch (OvkitException e) {
      return "cannot be opened now: %s%s".formatted(e.getMessage(), unchecked(camera, places));
    }
    places.requireInside(camera.name(), width, height);
    return format;
  }

  private static String unchecked(Camera camera, WatchedPlaces places) {
    return places.count(camera.name()) == 0
        ? ""
        : "; whether its zones and lines are inside the picture was not checked";
  }

  private ConfigCheck() {}
}
