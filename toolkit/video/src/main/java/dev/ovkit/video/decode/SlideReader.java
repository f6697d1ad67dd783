package dev.ovkit.video.decode;

import dev.ovkit.PictureException;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.VideoException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows the pictures of a folder, one a second, in the order of their names. */
final class SlideReader implements VideoReader {

  private static final Set<String> ENDINGS =
      Set.of("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff");

  private final int count;
  private final Iterator<Path> left;
  private long shown;

  private SlideReader(List<Path> pictures) {
    this.count = pictures.size();
    this.left = pictures.iterator();
  }

  static SlideReader open(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      List<Path> pictures = children.filter(SlideReader::isPicture).sorted().toList();
      if (pictures.isEmpty()) {
        throw new VideoException(
            Reason.NO_VIDEO,
            "%s: the folder has no pictures; expected JPEG, PNG, WebP, BMP or TIFF files"
                .formatted(folder));
      }
      return new SlideReader(pictures);
    } catch (IOException e) {
      throw new VideoException(
          Reason.NOT_FOUND, "%s: the folder cannot be read".formatted(folder), e);
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".")
        && ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
        && Files.isRegularFile(file);
  }

  @Override
  public @Nullable VideoFrame next(FrameDemand demand) {
    if (!left.hasNext()) {
      return null;
    }
    try {
      Picture picture = Picture.read(left.next());
      return new SlideFrame(picture, shown, Duration.ofSeconds(shown++));
    } catch (PictureException e) {
      throw new VideoException(Reason.DAMAGED, e.getMessage(), e);
    }
  }

  @Override
  public OptionalDouble frameRate() {
    return OptionalDouble.of(1);
  }

  @Override
  public String description() {
    return "%d pictures".formatted(count);
  }

  @Override
  public void close() {}
}
