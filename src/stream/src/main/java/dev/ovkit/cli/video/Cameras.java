package dev.ovkit.cli.video;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.engine.Camera;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The cameras of a call. */
final class Cameras {

  /**
   * Returns them.
   *
   * @throws OptionException when a source is not understood, or a name is used twice
   */
  static List<Camera> of(StreamRequest request) {
    List<Camera> cameras = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (StreamRequest.Source typed : request.sources()) {
      VideoSource source = source(typed);
      String name = typed.name().orElseGet(() -> free(name(source), names));
      if (!names.add(name)) {
        throw new OptionException(
            "%stwo cameras are called '%s'; give each its own name"
                .formatted(typed.origin().isEmpty() ? "" : typed.origin() + ": ", name));
      }
      Camera camera = Camera.of(name, source).withWeight(request.weights().getOrDefault(name, 1.0));
      cameras.add(
          typed.fps().isPresent()
              ? camera.withFps(typed.fps().getAsDouble())
              : camera.withEveryFrame());
    }
    for (String name : request.weights().keySet()) {
      if (!names.contains(name)) {
        throw new OptionException(
            "--weight %s: no source has that name; there are %s"
                .formatted(name, String.join(", ", cameras.stream().map(Camera::name).toList())));
      }
    }
    return cameras;
  }

  private static VideoSource source(StreamRequest.Source typed) {
    try {
      return VideoSource.of(typed.location());
    } catch (OptionException e) {
      if (typed.origin().isEmpty()) {
        throw e;
      }
      throw new OptionException(typed.origin() + ": " + e.getMessage(), e);
    }
  }

  /** A file is called by its name, a camera by its device or its URL without the password. */
  private static String name(VideoSource source) {
    return switch (source.kind()) {
      case CAMERA, WEBCAM -> source.toString();
      case STDIN -> "stdin";
      case FILM, SLIDES -> {
        Path last =
            source.toString().contains("://") ? null : Path.of(source.location()).getFileName();
        yield last == null ? source.toString() : last.toString();
      }
    };
  }

  private static String free(String name, Set<String> taken) {
    String free = name;
    for (int i = 2; taken.contains(free); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  private Cameras() {}
}
