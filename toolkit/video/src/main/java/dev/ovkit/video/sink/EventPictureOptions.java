package dev.ovkit.video.sink;

import dev.ovkit.OptionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Pictures and short films of events.
 *
 * @param snapshots the folder for a JPEG of each event that has an object
 * @param clips the folder for a film around each event
 * @param before how much of a film comes before its event
 * @param after how much comes after it
 * @param mostBytes what ovkit's files in each folder may take together; the oldest are deleted
 */
public record EventPictureOptions(
    Optional<Path> snapshots,
    Optional<Path> clips,
    Duration before,
    Duration after,
    long mostBytes) {

  /** A week or so of a busy door. */
  public static final long DEFAULT_BYTES = 1L << 30;

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration USUAL = Duration.ofSeconds(5);

  public EventPictureOptions {
    for (Duration part : new Duration[] {before, after}) {
      if (part.isNegative() || part.compareTo(LONGEST) > 0) {
        throw new OptionException(
            "a clip of %d ms before or after its event, expected 0 to %d s"
                .formatted(part.toMillis(), LONGEST.toSeconds()));
      }
    }
    if (mostBytes < 1) {
      throw new OptionException(
          "pictures of events: %d bytes, expected more than 0".formatted(mostBytes));
    }
  }

  /** No pictures; clips would have five seconds before and after their event. */
  public static EventPictureOptions none() {
    return new EventPictureOptions(Optional.empty(), Optional.empty(), USUAL, USUAL, DEFAULT_BYTES);
  }

  public EventPictureOptions withSnapshots(Path folder) {
    return new EventPictureOptions(Optional.of(folder), clips, before, after, mostBytes);
  }

  public EventPictureOptions withClips(Path folder, Duration beforeEvent, Duration afterEvent) {
    return new EventPictureOptions(
        snapshots, Optional.of(folder), beforeEvent, afterEvent, mostBytes);
  }

  public EventPictureOptions withMostBytes(long bytes) {
    return new EventPictureOptions(snapshots, clips, before, after, bytes);
  }
}
