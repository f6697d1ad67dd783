package dev.ovkit.cli.video;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.engine.Camera;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The cameras of a call. */
final class Cameras {

  /** A name has no slash, so that {@code http://host/?a=b} and {@code dir/a=b.mp4} have none. */
  private static final Pattern NAMED = Pattern.compile("(?s)([^/=?:]+)=(.+)");

  static List<Camera> of(StreamRequest request) {
    Map<String, Double> weights = weights(request.weights());
    List<Camera> cameras = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String typed : request.sources()) {
      Matcher named = NAMED.matcher(typed);
      boolean given = named.matches();
      VideoSource source = VideoSource.of(given ? named.group(2) : typed);
      String name = given ? named.group(1) : free(name(source), names);
      names.add(name);
      Camera camera = Camera.of(name, source).withWeight(weights.getOrDefault(name, 1.0));
      cameras.add(
          request.fps().isPresent()
              ? camera.withFps(request.fps().getAsDouble())
              : camera.withEveryFrame());
    }
    for (String name : weights.keySet()) {
      if (!names.contains(name)) {
        throw new OptionException(
            "--weight %s: no source has that name; there are %s"
                .formatted(name, String.join(", ", cameras.stream().map(Camera::name).toList())));
      }
    }
    return cameras;
  }

  private static Map<String, Double> weights(List<String> typed) {
    Map<String, Double> weights = new LinkedHashMap<>();
    for (String one : typed) {
      int at = one.lastIndexOf('=');
      try {
        weights.put(one.substring(0, Math.max(0, at)), Double.valueOf(one.substring(at + 1)));
      } catch (NumberFormatException e) {
        throw new OptionException("--weight %s: expected NAME=NUMBER".formatted(one), e);
      }
    }
    return weights;
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
