package dev.ovkit.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/** Pictures made for a test. */
final class TinyPictures {

  private static final int RED = 0x00CC2010;

  static Path rgb(Path file, int width, int height) throws IOException {
    return write(file, width, height, BufferedImage.TYPE_INT_RGB);
  }

  static Path alpha(Path file, int width, int height) throws IOException {
    return write(file, width, height, BufferedImage.TYPE_INT_ARGB);
  }

  static Path grey(Path file, int width, int height) throws IOException {
    return write(file, width, height, BufferedImage.TYPE_BYTE_GRAY);
  }

  static Path grey16(Path file, int width, int height) throws IOException {
    return write(file, width, height, BufferedImage.TYPE_USHORT_GRAY);
  }

  private static Path write(Path file, int width, int height, int type) throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, 0x80000000 | RED + x % 32);
      }
    }
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("no writer for " + file);
    }
    return file;
  }

  /** Re-encodes a picture with another kind of pixels, to PNG. */
  static Path recoded(Path picture, Path file, int type) throws IOException {
    BufferedImage from = ImageIO.read(picture.toFile());
    BufferedImage to = new BufferedImage(from.getWidth(), from.getHeight(), type);
    for (int y = 0; y < from.getHeight(); y++) {
      for (int x = 0; x < from.getWidth(); x++) {
        to.setRGB(x, y, from.getRGB(x, y));
      }
    }
    ImageIO.write(to, "png", file.toFile());
    return file;
  }

  /** A PNG whose header promises more than the file holds. */
  static Path declaring(Path file, int width, int height) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(new byte[] {8, 2, 0, 0, 0});
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
      deflater.write(new byte[100]);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(png);
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(out, "IHDR", header.toByteArray());
    chunk(out, "IDAT", packed.toByteArray());
    chunk(out, "IEND", new byte[0]);
    return Files.write(file, png.toByteArray());
  }

  private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) crc.getValue());
  }

  private TinyPictures() {}
}
