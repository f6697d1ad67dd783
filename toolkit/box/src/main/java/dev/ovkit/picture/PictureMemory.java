package dev.ovkit.picture;

import dev.ovkit.NativeCallException;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.RuntimeUnavailableException;
import dev.ovkit.model.Resize;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.nativelib.global.Pictures;
import dev.ovkit.nativelib.pictures.ovkit_picture;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for one encoded and one decoded picture, used again from picture to picture; the
 * only place here that sees native code.
 *
 * <p>Every call holds the lock, so a picture cannot be freed under a running call.
 */
final class PictureMemory implements AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();
  private static final long MOST_BYTES = 1L << 30;

  /** The shim's limit: more than this is not kept for the next picture. */
  private static final long KEPT_BYTES = 32L << 20;

  private static final int MESSAGE_BYTES = 512;

  /** What the values of a picture file have at most. */
  static final int MOST_BITS = 16;

  private static final int LEAST_BITS = 9;

  /** A picture of 16 bits is almost black if its values use 12; codecs cut or round them. */
  private static final int TWELVE_BITS_IN_EIGHT = 16;

  /** The shim's message where memory ran out. */
  private static final String NO_MEMORY = "out of memory";

  private final int bits;
  private final Cleaner.Cleanable cleanable;
  private final ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
  private @Nullable ovkit_picture picture;

  /** What was read last, for messages. */
  private String source = "the picture";

  /** How many bits the values of the file have that was read last. */
  private int bitsOfFile;

  /** The room for encoded bytes that was asked for last, seen from Java. */
  private @Nullable ByteBuffer encoded;

  PictureMemory() {
    this(MOST_BITS);
  }

  /**
   * Makes memory for pictures whose values use the lower so many bits, if their files have 16.
   *
   * @throws OptionException if no file has so many
   */
  PictureMemory(int bits) {
    if (bits < LEAST_BITS || bits > MOST_BITS) {
      throw new OptionException(
          "bit depth: %d, expected %d to %d".formatted(bits, LEAST_BITS, MOST_BITS));
    }
    this.bits = bits;
    if (NativeRuntime.current() instanceof NativeRuntime.Missing missing) {
      throw new RuntimeUnavailableException(missing.message());
    }
    ovkit_picture created;
    try {
      created = Pictures.ovkit_picture_create();
    } catch (LinkageError e) {
      throw new RuntimeUnavailableException(
          "the picture library cannot be loaded: %s; it needs glibc 2.35 (Ubuntu 22.04, Debian 12 or newer)"
              .formatted(e.getMessage()),
          e);
    }
    if (created == null) {
      throw new NativeCallException("not enough memory for a picture");
    }
    picture = created;
    cleanable = CLEANER.register(this, new Release(created));
  }

  /**
   * Reads, checks and decodes a file. An interrupt would close the channel, and the picture would
   * look unreadable; it waits until the file is read.
   */
  synchronized void read(Path file) {
    open();
    boolean interrupted = Thread.interrupted();
    try {
      while (!isRead(file)) {
        interrupted = true;
        Thread.interrupted();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns false if an interrupt came in between. */
  private boolean isRead(Path file) {
    source = file.toString();
    PictureFile.require(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer room = reserve(channel.size());
      while (room.hasRemaining() && channel.read(room) >= 0) {
        // until full or, had the file shrunk, to its end
      }
      decode(room.flip());
      return true;
    } catch (PictureException e) {
      e.about(file);
      throw e;
    } catch (ClosedByInterruptException e) {
      return false;
    } catch (IOException e) {
      throw PictureFile.unreadable(file, e);
    }
  }

  /** Checks and decodes the bytes of a file. */
  synchronized void decode(byte[] bytes, String name) {
    open();
    source = name;
    decode(reserve(bytes.length).put(bytes).flip());
  }

  private void decode(ByteBuffer bytes) {
    PictureHeader header = PictureHeader.check(bytes, source);
    bitsOfFile = header.bits();
    boolean deep = bits < MOST_BITS && bitsOfFile == MOST_BITS;
    int status =
        deep
            ? Pictures.ovkit_picture_decode_bits(
                open(), bytes.limit(), bits, message, MESSAGE_BYTES)
            : Pictures.ovkit_picture_decode(open(), bytes.limit(), message, MESSAGE_BYTES);
    if (status != 0) {
      String reason = text();
      if (reason.equals(NO_MEMORY)) {
        throw noMemory("decode its %dx%d pixels".formatted(header.width(), header.height()));
      }
      throw new PictureException(
          "%s: the %s is damaged: %s; copy or export the file again"
              .formatted(source, header.kind(), reason));
    }
    if (deep) {
      requireBits();
    }
  }

  private void requireBits() {
    int highest = Pictures.ovkit_picture_highest(open());
    if (highest >> bits > 0) {
      throw new PictureException(
          "%s: it has the value %d, but %d bits hold at most %d; read it with a larger bit depth, or without one"
              .formatted(source, highest, bits, (1 << bits) - 1));
    }
  }

  /** Whether the file has 16 bits a value, and hardly one above 12 of them is used. */
  synchronized boolean hasUnusedBits() {
    return bitsOfFile == MOST_BITS
        && bits == MOST_BITS
        && Pictures.ovkit_picture_brightest(open()) <= TWELVE_BITS_IN_EIGHT;
  }

  private PictureException noMemory(String doing) {
    return new PictureException(
        "%s: not enough memory to %s; scale it down, or free memory".formatted(source, doing));
  }

  /** Takes a copy of a frame. */
  synchronized void copy(Frame frame) {
    bitsOfFile = 0;
    check(
        Pictures.ovkit_picture_copy_frame(
            open(),
            frame.nativePixels(),
            frame.width(),
            frame.height(),
            frame.rowStride(),
            frame.format().code(),
            message,
            MESSAGE_BYTES),
        "take a frame");
  }

  synchronized int width() {
    return Pictures.ovkit_picture_width(open());
  }

  synchronized int height() {
    return Pictures.ovkit_picture_height(open());
  }

  /** Writes the picture, scaled and padded, into a target of u8 BGR rows without gaps. */
  synchronized void letterbox(Letterbox box, Resize resize, ByteBuffer target) {
    requireRoom(box, target);
    if (resize.mode() == Resize.Mode.CENTRE_CROP) {
      SmoothScaling.crop(pixels(), box, target);
      return;
    }
    check(
        Pictures.ovkit_picture_letterbox(
            open(),
            target,
            box.targetWidth(),
            box.targetHeight(),
            box.left(),
            box.top(),
            box.width(),
            box.height(),
            resize.padValue(),
            bicubic(resize),
            message,
            MESSAGE_BYTES),
        "scale a picture");
  }

  /** The same for a frame, which is read where it is. */
  synchronized void letterbox(Frame frame, Letterbox box, Resize resize, ByteBuffer target) {
    open();
    requireRoom(box, target);
    if (resize.mode() == Resize.Mode.CENTRE_CROP) {
      ByteBuffer pixels = room(frame.width(), frame.height());
      letterbox(frame, whole(frame.width(), frame.height()), Resize.LETTERBOX, pixels);
      SmoothScaling.crop(pixels, box, target);
      return;
    }
    check(
        Pictures.ovkit_frame_letterbox(
            frame.nativePixels(),
            frame.width(),
            frame.height(),
            frame.rowStride(),
            frame.format().code(),
            target,
            box.targetWidth(),
            box.targetHeight(),
            box.left(),
            box.top(),
            box.width(),
            box.height(),
            resize.padValue(),
            bicubic(resize),
            message,
            MESSAGE_BYTES),
        "scale a frame");
  }

  /** Lets a caller draw on the picture. */
  synchronized void paint(Consumer<Canvas> painter) {
    ByteBuffer pixels = pixels();
    painter.accept(new Canvas(pixels, width(), height()));
    copy(Frame.of(pixels, width(), height(), Frame.Format.BGR));
  }

  /** Returns a copy of the pixels, good until the next call. */
  private ByteBuffer pixels() {
    int width = width();
    int height = height();
    if (width == 0) {
      throw new IllegalStateException("there is no picture");
    }
    ByteBuffer pixels = room(width, height);
    letterbox(whole(width, height), Resize.LETTERBOX, pixels);
    return pixels;
  }

  /** The encoded bytes are not needed any more, and their room has no limit of Java's. */
  private ByteBuffer room(int width, int height) {
    return reserve(3L * width * height);
  }

  private static Letterbox whole(int width, int height) {
    return Letterbox.of(width, height, width, height, Resize.Mode.STRETCH);
  }

  /** Returns the picture as a JPEG or PNG. */
  synchronized byte[] encode(String extension, int quality) {
    check(
        Pictures.ovkit_picture_encode(open(), extension, quality, message, MESSAGE_BYTES),
        "encode a picture as " + extension);
    long size = Pictures.ovkit_picture_written_size(open());
    byte[] bytes = new byte[Math.toIntExact(size)];
    Pictures.ovkit_picture_written(open()).get(bytes);
    return bytes;
  }

  /** Gives back the memory that only a large picture needed. */
  synchronized void trim() {
    boolean large = (long) width() * height() * 3 > KEPT_BYTES;
    if (large || (encoded != null && encoded.capacity() > KEPT_BYTES)) {
      encoded = null;
      Pictures.ovkit_picture_trim(open());
    }
  }

  @Override
  public synchronized void close() {
    picture = null;
    encoded = null;
    cleanable.clean();
  }

  private ovkit_picture open() {
    ovkit_picture pointer = picture;
    if (pointer == null) {
      throw new IllegalStateException("the picture is closed");
    }
    return pointer;
  }

  /** Returns room for so many bytes, empty and with its limit there. */
  private ByteBuffer reserve(long size) {
    if (size > MOST_BYTES) {
      throw new PictureException(
          "%s: it has %d bytes, but at most %d are read".formatted(source, size, MOST_BYTES));
    }
    ByteBuffer room = encoded;
    if (room == null || room.capacity() < size) {
      BytePointer bytes = Pictures.ovkit_picture_reserve(open(), Math.max(1, size));
      if (bytes == null) {
        throw noMemory("hold %d bytes".formatted(size));
      }
      room = bytes.capacity(Math.max(1, size)).asByteBuffer();
      encoded = room;
    }
    return room.clear().limit((int) size);
  }

  private static int bicubic(Resize resize) {
    return resize.interpolation() == Resize.Interpolation.BICUBIC ? 1 : 0;
  }

  private static void requireRoom(Letterbox box, ByteBuffer target) {
    long needed = 3L * box.targetWidth() * box.targetHeight();
    if (target.remaining() < needed || target.isReadOnly()) {
      throw new IllegalArgumentException(
          "an input of %dx%d needs %d bytes that can be written, the buffer has %d"
              .formatted(box.targetWidth(), box.targetHeight(), needed, target.remaining()));
    }
  }

  private void check(int status, String what) {
    if (status != 0) {
      String reason = text();
      if (reason.equals(NO_MEMORY)) {
        throw noMemory(what);
      }
      throw new NativeCallException("OpenCV could not %s: %s".formatted(what, reason));
    }
  }

  private String text() {
    byte[] bytes = new byte[MESSAGE_BYTES];
    message.get(0, bytes);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** Knows the native object only. */
  private record Release(ovkit_picture picture) implements Runnable {
    @Override
    public void run() {
      Pictures.ovkit_picture_free(picture);
    }
  }
}
