package dev.ovkit.diagnose;

import dev.ovkit.picture.Picture;
import dev.ovkit.subject.Output;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A picture, and what the network said of it lately. */
final class PictureAnswers implements AutoCloseable {

  /** Outputs are megabytes each, and a search changes the input rarely. */
  private static final int REMEMBERED = 4;

  private record Said(InputReading input, List<Output> outputs) {}

  private final Path file;
  private final Picture picture;
  private final Deque<Said> said = new ArrayDeque<>();

  PictureAnswers(Path file, Picture picture) {
    this.file = file;
    this.picture = picture;
  }

  Path file() {
    return file;
  }

  Picture picture() {
    return picture;
  }

  List<Output> outputs(Network network, InputReading input) {
    @Nullable Said known = null;
    for (Said one : said) {
      if (one.input.equals(input)) {
        known = one;
      }
    }
    if (known == null) {
      known = new Said(input, network.run(this, input));
    } else {
      said.remove(known);
    }
    said.addFirst(known);
    if (said.size() > REMEMBERED) {
      said.removeLast();
    }
    return known.outputs;
  }

  @Override
  public void close() {
    picture.close();
  }
}
