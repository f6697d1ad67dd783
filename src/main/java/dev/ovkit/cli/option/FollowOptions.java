package dev.ovkit.cli.option;

import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.track.BoxAnchor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether objects on video are followed, and the zones and lines that they are watched at. */
public final class FollowOptions {

  private static final double LONGEST_SECONDS = 1e6;

  /** Reads the point of a box. */
  static final class AnchorChoice extends Choice<BoxAnchor> {
    AnchorChoice() {
      super(BoxAnchor.class, Map.of("center", BoxAnchor.CENTRE));
    }
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--track",
      description =
          "Follow objects from frame to frame, and number them. A box with a score from 0.1 up to --conf cannot start a track, but can continue one.")
  private boolean track;

  @Option(
      names = "--zone",
      paramLabel = TypedPlaces.ZONE,
      description =
          "Report objects that enter, leave or stay in this polygon. Its corners are given in pixels of the frame. Implies --track. Can be repeated.")
  private List<String> zones = List.of();

  @Option(
      names = "--line",
      paramLabel = TypedPlaces.LINE,
      description =
          "Report objects that cross this line, and count them by direction and class. Implies --track. Can be repeated.")
  private List<String> lines = List.of();

  @Option(
      names = "--dwell",
      paramLabel = "SECONDS",
      description = "Report objects that have been in a zone for this many seconds.")
  private @Nullable Double dwell;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--anchor",
      paramLabel = "POINT",
      converter = AnchorChoice.class,
      completionCandidates = AnchorChoice.class,
      defaultValue = "bottom",
      description =
          "The point of a box that counts as the position of its object. bottom: the middle of the lower edge; centre: the middle of the box; top: the middle of the upper edge. Default: ${DEFAULT-VALUE}.")
  private BoxAnchor anchor;

  /** Returns what is asked for. */
  public StreamRequest.Following following() {
    boolean watched = !zones.isEmpty() || !lines.isEmpty();
    if (dwell != null && zones.isEmpty()) {
      throw usage("--dwell without --zone has no effect; give a zone");
    }
    if (dwell != null && !(dwell >= 0.001 && dwell <= LONGEST_SECONDS)) {
      throw usage("--dwell %s: expected seconds, 0.001 to 1000000".formatted(dwell));
    }
    Optional<Duration> stay =
        Optional.ofNullable(dwell).map(seconds -> Duration.ofMillis(Math.round(seconds * 1000)));
    return new StreamRequest.Following(
        track || watched,
        zones.stream().map(typed -> TypedPlaces.zone(typed, stay)).toList(),
        lines.stream().map(TypedPlaces::line).toList(),
        anchor);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
