package dev.ovkit.picture;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A decoded picture: upright, 8-bit BGR, in native memory until it is closed.
 *
 * <p>JPEG, PNG, WebP, BMP and TIFF are read, with EXIF orientation respected and alpha dropped, up
 * to 100 megapixels. May be used by several threads, one at a time.
 */
public final class Picture implements AutoCloseable {

  private static final int JPEG_QUALITY = 92;

  private static final int MOST_CLASSES = 5;

  private static final Box NOWHERE = new Box(0, 0, 0, 0);

  /** Pixels, in any memory, that can be scaled straight into a network's input. */
  public interface Source {

    /** Returns the width in pixels. */
    int width();

    /** Returns the height in pixels. */
    int height();

    /**
     * Writes the pixels, scaled and with their border, into a network's input.
     *
     * @param target direct, with room for {@code targetHeight * targetWidth * 3} bytes at its
     *     position: BGR rows without gaps
     */
    void letterbox(Letterbox box, Resize resize, ByteBuffer target);
  }

  /**
   * Something to draw on a picture that was not found on it, such as a line that objects cross.
   *
   * @param name one or more lines of text at the first corner; may be empty
   * @param corners in pixels of the picture, at least one
   * @param closed whether the last corner is joined to the first
   */
  public record Marking(String name, List<Corner> corners, boolean closed) {

    /** A point of the picture, which may lie outside of it. */
    public record Corner(double x, double y) {}

    public Marking {
      corners = List.copyOf(corners);
      if (corners.isEmpty()) {
        throw new IllegalArgumentException("a marking has a corner");
      }
    }
  }

  /** What a message calls a picture that is no file. */
  private static final String IN_MEMORY = "the encoded picture";

  private final PictureMemory memory;

  private Picture(PictureMemory memory) {
    this.memory = memory;
  }

  /**
   * Reads a file.
   *
   * @throws dev.ovkit.PictureException when it is missing, damaged, too large, or no picture
   */
  public static Picture read(Path file) {
    return load(memory -> memory.read(file));
  }

  /**
   * Reads a file whose values may use a part of 16 bits only, as cameras of 10, 12 or 14 bits write
   * them. A file of 8 bits is read as ever.
   *
   * @param bitDepth the bits that are used, 9 to 16
   * @throws dev.ovkit.PictureException when it is missing, damaged, too large, or no picture, or
   *     has values that need more bits
   * @throws OptionException when there is no such bit depth
   */
  public static Picture read(Path file, int bitDepth) {
    return load(new PictureMemory(bitDepth), memory -> memory.read(file));
  }

  /**
   * Decodes the bytes of a file.
   *
   * @throws dev.ovkit.PictureException when they are damaged, too large, or no picture
   */
  public static Picture decode(byte[] encoded) {
    return load(memory -> memory.decode(encoded, IN_MEMORY));
  }

  /**
   * Returns how many pixels the bytes of a file declare, without decoding them: a few bytes can
   * declare pixels that no memory holds.
   *
   * @throws dev.ovkit.PictureException when they are cut, too large, or no picture
   */
  public static long declaredPixels(byte[] encoded) {
    PictureHeader header = PictureHeader.check(ByteBuffer.wrap(encoded), IN_MEMORY);
    return header.width() * header.height();
  }

  /** Takes a copy of a frame, to draw on it or to write it. */
  public static Picture of(Frame frame) {
    return load(memory -> memory.copy(frame));
  }

  /**
   * An empty picture, to load others into one after the other: they share one piece of memory,
   * which saves the time to allocate it.
   */
  public static Picture empty() {
    return new Picture(new PictureMemory());
  }

  /** The same for files that are read as {@link #read(Path, int)} does. */
  public static Picture empty(int bitDepth) {
    return new Picture(new PictureMemory(bitDepth));
  }

  /**
   * Replaces this picture by one from a file.
   *
   * @throws dev.ovkit.PictureException when it is missing, damaged, too large, or no picture
   */
  public void load(Path file) {
    memory.read(file);
  }

  /**
   * Replaces this picture by one from the bytes of a file.
   *
   * @throws dev.ovkit.PictureException when they are damaged, too large, or no picture
   */
  public void load(byte[] encoded) {
    memory.decode(encoded, IN_MEMORY);
  }

  private interface Load {
    void into(PictureMemory memory);
  }

  private static Picture load(Load load) {
    return load(new PictureMemory(), load);
  }

  private static Picture load(PictureMemory memory, Load load) {
    try {
      load.into(memory);
      return new Picture(memory);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** Returns the width, upright, in pixels. */
  public int width() {
    return memory.width();
  }

  /** Returns the height, upright, in pixels. */
  public int height() {
    return memory.height();
  }

  /**
   * Returns whether the picture is almost black because its file has 16 bits for each value, of
   * which 12 or fewer are used: read it with that bit depth.
   */
  public boolean hasUnusedBits() {
    return memory.hasUnusedBits();
  }

  /**
   * Writes the picture into a network's input, as {@link Detector} does.
   *
   * @param target room for {@code targetHeight * targetWidth * 3} bytes at its position: BGR rows
   *     without gaps; direct, or it is copied
   */
  public void letterbox(Letterbox box, Resize resize, ByteBuffer target) {
    memory.letterbox(box, resize, target);
  }

  /** Writes a frame into a network's input as {@link #letterbox(Letterbox, Resize, ByteBuffer)}. */
  public void letterbox(Frame frame, Letterbox box, Resize resize, ByteBuffer target) {
    memory.letterbox(frame, box, resize, target);
  }

  /** Gives back the memory that only a large picture needs; such a picture is empty afterwards. */
  public void trim() {
    memory.trim();
  }

  /** Draws detections, each box with its label and score in the colour of its class. */
  public void draw(Iterable<Detection> detections) {
    draw(detections, 0, true);
  }

  /**
   * Draws detections: all boxes in the colours of their classes, with masks, key points or in their
   * own direction, and then their labels, which are moved apart and stay inside the picture. Labels
   * may be in any script. Of a classifier's {@link Detections} the five best are listed.
   *
   * @param detections best first; where there is no room, the labels of the best are on top
   * @param lineWidth in pixels; 0 for one that grows with the picture
   * @param labels whether boxes have names and scores
   */
  public void draw(Iterable<Detection> detections, int lineWidth, boolean labels) {
    List<Detection> all = new ArrayList<>();
    detections.forEach(all::add);
    BoxPainter painter = BoxPainter.of(width(), height(), lineWidth, labels);
    if (detections instanceof Detections found && found.task() == DetectorSpec.Task.CLASSIFY) {
      // A label without a box goes to the corner, the next one below it.
      List<Detection> best =
          all.stream()
              .limit(MOST_CLASSES)
              .map(d -> new Detection(d.label(), d.classId(), d.score(), NOWHERE))
              .toList();
      memory.paint(canvas -> painter.paintLabels(canvas, best));
    } else {
      memory.paint(canvas -> painter.paint(canvas, all));
    }
  }

  /** Draws lines and areas with their names, over what is there. */
  public void mark(List<Marking> markings) {
    if (markings.isEmpty()) {
      return; // drawing copies the picture
    }
    int line = BoxPainter.of(width(), height(), 0, true).line();
    memory.paint(
        canvas -> {
          MarkingPainter painter = new MarkingPainter(canvas, line);
          markings.forEach(painter::paint);
        });
  }

  /**
   * Writes the picture as its name says: {@code .jpg}, {@code .jpeg} or {@code .png}. The file
   * appears whole or not at all.
   *
   * @throws OptionException when the name says something else
   * @throws OutputException when it cannot be written
   */
  public void write(Path file) {
    byte[] bytes = encode(extension(file));
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = null;
    try {
      temporary = Temporary.file(folder, ".ovkit-", ".tmp");
      Files.write(temporary, bytes);
      Files.setPosixFilePermissions(
          temporary, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw OutputException.of(file, e);
    } finally {
      if (temporary != null) {
        Temporary.delete(temporary);
      }
    }
  }

  /** Returns the picture as a JPEG. */
  public byte[] toJpeg() {
    return encode(".jpg");
  }

  /** Returns the picture as a PNG. */
  public byte[] toPng() {
    return encode(".png");
  }

  private byte[] encode(String extension) {
    return memory.encode(extension, JPEG_QUALITY);
  }

  private static String extension(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".jpg") || name.endsWith(".jpeg")) {
      return ".jpg";
    }
    if (name.endsWith(".png")) {
      return ".png";
    }
    throw new OptionException("%s: pictures are written as .jpg or .png".formatted(file));
  }

  @Override
  public void close() {
    memory.close();
  }
}
