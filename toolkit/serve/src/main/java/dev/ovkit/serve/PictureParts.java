package dev.ovkit.serve;

import dev.ovkit.internal.text.OneLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Attributes;
import org.eclipse.jetty.util.BufferUtil;

/** The pictures of a {@code multipart/form-data} body. */
final class PictureParts {

  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_HEADERS = 8 << 10;

  /**
   * An encoded picture.
   *
   * @param id what its client calls it, a text without folders or a number
   */
  record Named(Object id, byte[] encoded) {
    String file() {
      return id.toString();
    }
  }

  /**
   * Takes a body apart.
   *
   * @throws Refusal if it has other parts, too many, or none
   */
  static List<Named> of(byte[] body, String contentType, ServerLimits limits) {
    MultiPartConfig config =
        new MultiPartConfig.Builder()
            .maxParts(limits.pictures())
            .maxSize(body.length)
            .maxPartSize(body.length)
            .maxMemoryPartSize(body.length) // nothing goes to a file
            .useFilesForPartsWithoutFileName(false)
            .maxHeadersSize(LONGEST_HEADERS)
            .build();
    List<Named> pictures = new ArrayList<>();
    try (MultiPartFormData.Parts parts =
        MultiPartFormData.getParts(
            Content.Source.from(ByteBuffer.wrap(body)),
            new Attributes.Mapped(),
            contentType,
            config)) {
      for (MultiPart.Part part : parts) {
        if (part.getFileName() == null) {
          throw new Refusal(
              HttpStatus.BAD_REQUEST_400,
              "a part of the body has no file name; expected pictures only: options go into the"
                  + " address, as in ?conf=0.5");
        }
        pictures.add(
            new Named(
                plain(part.getFileName()),
                BufferUtil.toArray(Content.Source.asByteBuffer(part.createContentSource()))));
      }
    } catch (IOException | RuntimeException e) {
      if (e instanceof Refusal refusal) {
        throw refusal;
      }
      throw new Refusal(
          HttpStatus.BAD_REQUEST_400,
          "the body is not multipart/form-data with at most %d pictures"
              .formatted(limits.pictures()));
    }
    if (pictures.isEmpty()) {
      throw new Refusal(HttpStatus.BAD_REQUEST_400, "the body has no picture");
    }
    return pictures;
  }

  private static String plain(String file) {
    String last = file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    String line = OneLine.of(last, LONGEST_NAME);
    return line.isBlank() ? "picture" : line;
  }

  private PictureParts() {}
}
