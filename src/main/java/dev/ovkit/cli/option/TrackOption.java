package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.Tracker;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Whether objects are followed from frame to frame. */
public final class TrackOption {

  /** The last number of a file's name, with what is before and behind it. */
  private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d+)(\\D*)");

  @Option(
      names = "--track",
      description =
          "Treat the pictures as the frames of a film: follow objects from picture to picture, and number them. A box with a score from 0.1 up to --conf cannot start a track, but can continue one.")
  private boolean track;

  /** Returns what to ask the detector for: a tracker needs weak boxes too. */
  public DetectOptions applyTo(DetectOptions wanted) {
    return track ? TrackOptions.lowered(wanted) : wanted;
  }

  /**
   * Checks that frames are in the order of their numbers: by name, 10 comes before 2.
   *
   * @throws OptionException when they are not
   */
  public void requireOrder(List<Path> frames) {
    for (int i = 1; track && i < frames.size(); i++) {
      Matcher before = NUMBERED.matcher(frames.get(i - 1).toString());
      Matcher now = NUMBERED.matcher(frames.get(i).toString());
      if (before.matches()
          && now.matches()
          && before.group(1).equals(now.group(1))
          && before.group(3).equals(now.group(3))
          && before.group(2).length() > now.group(2).length()) {
        throw new OptionException(
            "--track: by name, '%s' comes before '%s'; give the numbers of all frames as many digits"
                .formatted(frames.get(i - 1), frames.get(i)));
      }
    }
  }

  /**
   * Returns the tracker; empty when none was asked for.
   *
   * @param wanted what the user asked for
   * @throws OptionException when the model finds no boxes
   */
  public Optional<Tracker> tracker(DetectorSpec spec, DetectOptions wanted) {
    return track ? Optional.of(Tracker.of(TrackOptions.of(spec, wanted))) : Optional.empty();
  }
}
