package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that no honest client sends: each is answered with a status of 400 to 499, or its
 * connection is closed, and the next client is served as ever.
 */
@Timeout(120)
class HostileRequestsTest {

  private static final Pattern STATUS = Pattern.compile("(?m)^HTTP/1\\.1 (\\d{3}) ");
  private static final int BODY = 1 << 20;

  private static ServedDemo demo;

  /**
   * A request.
   *
   * @param name what is wrong with it
   * @param bytes that are sent
   * @param statuses that it may be answered with; 0 for a closed connection
   */
  private record Hostile(String name, byte[] bytes, List<Integer> statuses) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void start() {
    demo =
        new ServedDemo(
            ServerOptions.defaults()
                .withLimits(
                    ServerLimits.defaults()
                        .withBody(BODY)
                        .withPixels(4_000_000)
                        .withIdle(Duration.ofSeconds(1))));
  }

  @AfterAll
  static void end() {
    demo.close();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static String head(String method, String path, String more) {
    return "%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n".formatted(method, path, more);
  }

  private static byte[] post(String path, byte[] body, String more) {
    return joined(
        ascii(head("POST", path, "Content-Length: " + body.length + "\r\n" + more)), body);
  }

  private static byte[] detect(byte[] body) {
    return post(ServedDemo.DETECT, body, "Content-Type: image/jpeg\r\n");
  }

  private static byte[] infer(String json) {
    return post(ServedDemo.INFER, ascii(json), "Content-Type: application/json\r\n");
  }

  // ---- pictures

  private static byte[] chunk(String type, byte[] data) {
    CRC32 crc = new CRC32();
    crc.update(ascii(type));
    crc.update(data);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(ascii(type))
        .put(data)
        .putInt((int) crc.getValue())
        .array();
  }

  /** A PNG that declares a size and holds as many zeros as fit into a few bytes. */
  private static byte[] png(int width, int height) {
    Deflater deflater = new Deflater(9);
    deflater.setInput(new byte[1 << 16]);
    deflater.finish();
    byte[] packed = new byte[1 << 12];
    byte[] data = java.util.Arrays.copyOf(packed, deflater.deflate(packed));
    deflater.end();
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    return joined(
        new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
        chunk("IHDR", header),
        chunk("IDAT", data),
        chunk("IEND", new byte[0]));
  }

  private static byte[] jpeg(int width, int height) {
    byte[] picture = ServedDemo.picture(0).clone();
    for (int i = 2; i < picture.length - 8; i++) {
      if ((picture[i] & 0xff) == 0xff
          && (picture[i + 1] & 0xff) >= 0xc0
          && (picture[i + 1] & 0xff) <= 0xc2) {
        picture[i + 5] = (byte) (height >> 8);
        picture[i + 6] = (byte) height;
        picture[i + 7] = (byte) (width >> 8);
        picture[i + 8] = (byte) width;
        return picture;
      }
    }
    throw new IllegalStateException("the picture has no frame header");
  }

  // ---- the list

  private static final List<Integer> BAD = List.of(400);
  private static final List<Integer> BAD_OR_CLOSED = List.of(0, 400);
  private static final List<Integer> TOO_LARGE = List.of(413);

  static Stream<Hostile> requests() {
    List<Hostile> all = new ArrayList<>();
    // bombs
    all.add(
        new Hostile("PNG of 2 gigapixels a side", detect(png(2_000_000_000, 2_000_000_000)), BAD));
    all.add(new Hostile("PNG of 200 megapixels", detect(png(20_000, 10_000)), BAD));
    all.add(new Hostile("PNG above the server's own limit", detect(png(5000, 5000)), TOO_LARGE));
    all.add(new Hostile("PNG of no pixels", detect(png(0, 5)), BAD));
    all.add(new Hostile("PNG of a negative size", detect(png(-1, -1)), BAD));
    all.add(
        new Hostile("PNG that ends before its pixels", detect(png(1900, 1900)), List.of(200, 400)));
    all.add(new Hostile("JPEG of 65535 a side", detect(jpeg(65_535, 65_535)), BAD));
    all.add(new Hostile("JPEG above the server's own limit", detect(jpeg(4000, 4000)), TOO_LARGE));
    all.add(
        new Hostile(
            "BMP of the largest size",
            detect(
                joined(
                    ascii("BM"),
                    new byte[12],
                    new byte[] {40, 0, 0, 0, -1, -1, -1, 127, -1, -1, -1, 127},
                    new byte[40])),
            BAD));
    all.add(
        new Hostile(
            "TIFF whose directory is elsewhere",
            detect(joined(ascii("II*\0"), new byte[] {-1, -1, -1, 127}, new byte[40])),
            BAD));
    all.add(
        new Hostile(
            "WebP that promises more",
            detect(joined(ascii("RIFF\377\377\377\177WEBPVP8X"), new byte[30])),
            BAD));
    all.add(new Hostile("a GIF", detect(joined(ascii("GIF89a"), new byte[100])), BAD));
    all.add(new Hostile("zeros", detect(new byte[5000]), BAD));
    for (int length : new int[] {0, 1, 2, 3, 4, 10, 100, 1000}) {
      byte[] start = java.util.Arrays.copyOf(ServedDemo.picture(0), length);
      all.add(new Hostile("the first %d bytes of a JPEG".formatted(length), detect(start), BAD));
    }
    // lengths
    all.add(
        new Hostile(
            "a body above the limit by its word",
            ascii(head("POST", ServedDemo.DETECT, "Content-Length: 999999999\r\n")),
            TOO_LARGE));
    all.add(
        new Hostile(
            "a body above the limit in chunks",
            joined(
                ascii(head("POST", ServedDemo.DETECT, "Transfer-Encoding: chunked\r\n")),
                ascii(Integer.toHexString(BODY + 1) + "\r\n"),
                new byte[BODY + 1],
                ascii("\r\n0\r\n\r\n")),
            List.of(0, 413)));
    for (String length :
        List.of("-1", "x", "1e3", "0x10", "99999999999999999999", "5, 5", "5,6", "")) {
      all.add(
          new Hostile(
              "Content-Length: " + length,
              ascii(
                  head("POST", ServedDemo.DETECT, "Content-Length: " + length + "\r\n") + "12345"),
              length.isEmpty() ? List.of(0, 400, 411) : List.of(0, 400, 413)));
    }
    // smuggling
    all.add(
        new Hostile(
            "two lengths",
            ascii(
                head("POST", ServedDemo.DETECT, "Content-Length: 5\r\nContent-Length: 6\r\n")
                    + "123456"),
            BAD_OR_CLOSED));
    all.add(
        new Hostile(
            "a length and chunks",
            ascii(
                head(
                        "POST",
                        ServedDemo.DETECT,
                        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n")
                    + "0\r\n\r\nGET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            BAD_OR_CLOSED));
    for (String coding :
        List.of(
            "xchunked",
            "chunked, identity",
            "identity, chunked, chunked",
            "\u000bchunked",
            "gzip")) {
      all.add(
          new Hostile(
              "Transfer-Encoding: " + coding.strip(),
              ascii(
                  head("POST", ServedDemo.DETECT, "Transfer-Encoding: " + coding + "\r\n")
                      + "0\r\n\r\n"),
              List.of(0, 400, 501)));
    }
    all.add(
        new Hostile(
            "chunks in HTTP/1.0",
            ascii(
                "POST "
                    + ServedDemo.DETECT
                    + " HTTP/1.0\r\n"
                    + "Host: localhost\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "0\r\n\r\n"),
            BAD_OR_CLOSED));
    for (String size : List.of("-1", "g", "ffffffffffffffffff", "0x5", "5;" + "x".repeat(20_000))) {
      all.add(
          new Hostile(
              "a chunk of size " + size.substring(0, Math.min(20, size.length())),
              ascii(
                  head("POST", ServedDemo.DETECT, "Transfer-Encoding: chunked\r\n")
                      + size
                      + "\r\n12345\r\n0\r\n\r\n"),
              List.of(0, 400, 413)));
    }
    all.add(
        new Hostile(
            "a space before the colon",
            ascii(head("POST", ServedDemo.DETECT, "Content-Length : 5\r\n") + "12345"),
            BAD_OR_CLOSED));
    all.add(
        new Hostile(
            "a folded header", ascii(head("GET", "/v2", "X-A: b\r\n c\r\n")), BAD_OR_CLOSED));
    all.add(
        new Hostile(
            "a header without a name", ascii(head("GET", "/v2", ": b\r\n")), BAD_OR_CLOSED));
    all.add(
        new Hostile(
            "a null in a header", ascii(head("GET", "/v2", "X-A: b\0c\r\n")), BAD_OR_CLOSED));
    all.add(
        new Hostile(
            "a bare carriage return",
            ascii("GET /v2 HTTP/1.1\rHost: localhost\r\r"),
            BAD_OR_CLOSED));
    // headers
    all.add(
        new Hostile(
            "a huge header",
            ascii(head("GET", "/v2", "X-A: " + "a".repeat(100_000) + "\r\n")),
            List.of(0, 431)));
    all.add(
        new Hostile(
            "ten thousand headers",
            ascii(head("GET", "/v2", "X-A: b\r\n".repeat(10_000))),
            List.of(0, 431)));
    all.add(
        new Hostile(
            "a huge address",
            ascii(head("GET", "/" + "a".repeat(100_000), "")),
            List.of(0, 414, 431)));
    all.add(new Hostile("no host", ascii("GET /v2 HTTP/1.1\r\n\r\n"), BAD));
    all.add(
        new Hostile(
            "two hosts",
            ascii("GET /v2 HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere\r\n\r\n"),
            BAD));
    all.add(
        new Hostile(
            "another machine's name",
            ascii("GET /v2 HTTP/1.1\r\nHost: example.org\r\n\r\n"),
            List.of(403)));
    all.add(
        new Hostile(
            "another machine's name in the address",
            ascii("GET http://example.org/v2 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            List.of(400, 403)));
    all.add(
        new Hostile(
            "a page from elsewhere",
            ascii(
                head(
                    "POST",
                    ServedDemo.DETECT,
                    "Origin: https://example.org\r\nContent-Length: 0\r\n")),
            List.of(403)));
    all.add(
        new Hostile(
            "HTTP/9.9",
            ascii("GET /v2 HTTP/9.9\r\nHost: localhost\r\n\r\n"),
            List.of(0, 400, 505)));
    all.add(new Hostile("no HTTP at all", ascii("hello\r\n\r\n"), BAD_OR_CLOSED));
    all.add(
        new Hostile(
            "the start of TLS",
            new byte[] {22, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3, 13, 10, 13, 10},
            BAD_OR_CLOSED));
    for (String method :
        List.of("PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "PATCH", "FROB", "get")) {
      all.add(
          new Hostile("the method " + method, ascii(head(method, "/v2", "")), List.of(400, 405)));
    }
    // paths
    for (String path :
        List.of(
            "/../../etc/passwd",
            "/v1/models/../../../etc/passwd/detect",
            "/v2/models/%2e%2e/ready",
            "/v2/models/%2e%2e%2f%2e%2e%2fetc/ready",
            "/v2/models/..;/ready",
            "/v2/models/a%00b/ready",
            "/v2/models/%/ready",
            "/v2/models/%zz/ready",
            "/v2/models/%c0%ae/ready",
            "//v2/health/ready",
            "/v2//health/ready",
            "/v2/models//ready",
            "/V2",
            "/v2/models/" + "a".repeat(5000),
            "/v2;a=b",
            "/v2/health/ready/",
            "/openapi.json/..;/x",
            "/.git/config",
            "*",
            "/v2\\models",
            "/v2/models/conveyor-parts/versions/../ready/x")) {
      all.add(
          new Hostile(
              "the path " + path.substring(0, Math.min(60, path.length())),
              ascii(head("GET", path, "")),
              List.of(0, 400, 404, 405)));
    }
    // JSON
    all.add(new Hostile("deep JSON", infer("{\"a\":" + "[".repeat(100_000)), BAD));
    all.add(
        new Hostile("deep parameters", infer("{\"parameters\":" + "{\"a\":".repeat(50_000)), BAD));
    all.add(new Hostile("a long number", infer("{\"id\":" + "9".repeat(100_000) + "}"), BAD));
    all.add(new Hostile("a long name", infer("{\"" + "a".repeat(100_000) + "\":1}"), BAD));
    all.add(
        new Hostile("many inputs", infer("{\"inputs\":[" + "{},".repeat(10_000) + "{}]}"), BAD));
    all.add(
        new Hostile(
            "many pictures",
            infer(
                "{\"inputs\":[{\"name\":\"images\",\"datatype\":\"BYTES\",\"shape\":[9999],\"data\":["
                    + "\"\",".repeat(9998)
                    + "\"\"]}]}"),
            BAD));
    all.add(new Hostile("bytes that are no UTF-8", infer("{\"id\":\"\u00ff\u00fe\"}"), BAD));
    all.add(new Hostile("half a surrogate", infer("{\"id\":\"\\ud800\"}"), BAD));
    all.add(
        new Hostile(
            "a number that is infinite", infer("{\"parameters\":{\"conf\":1e999999}}"), BAD));
    all.add(
        new Hostile(
            "a packed body",
            post(ServedDemo.INFER, new byte[100], "Content-Encoding: gzip\r\n"),
            List.of(415)));
    all.add(
        new Hostile(
            "a multipart body without a boundary",
            post(ServedDemo.DETECT, new byte[100], "Content-Type: multipart/form-data\r\n"),
            BAD));
    all.add(
        new Hostile(
            "a multipart body that does not end",
            post(
                ServedDemo.DETECT,
                ascii("--a\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\nx"),
                "Content-Type: multipart/form-data; boundary=a\r\n"),
            BAD));
    all.add(
        new Hostile(
            "a part with huge headers",
            post(
                ServedDemo.DETECT,
                ascii("--a\r\nX: " + "b".repeat(100_000) + "\r\n\r\nx\r\n--a--\r\n"),
                "Content-Type: multipart/form-data; boundary=a\r\n"),
            BAD));
    all.add(
        new Hostile(
            "a query that is no text",
            post(ServedDemo.DETECT + "?conf=%ff%fe", ServedDemo.picture(0), ""),
            BAD));
    return all.stream();
  }

  /** Sends, half-closes, and returns what comes back until the connection ends. */
  private static String answer(byte[] bytes, boolean half) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", demo.server.port())) {
      socket.setSoTimeout(20_000);
      try {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        if (half) {
          socket.shutdownOutput();
        }
      } catch (SocketException e) {
        // closed while it was written: what was answered is still read
      }
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      try {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          all.write(buffer, 0, count);
        }
      } catch (SocketException e) {
        // reset
      }
      return all.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static List<Integer> statuses(String answer) {
    List<Integer> all = new ArrayList<>();
    Matcher status = STATUS.matcher(answer);
    while (status.find()) {
      all.add(Integer.parseInt(status.group(1)));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("requests")
  void isRefused(Hostile request) throws IOException {
    String answer = answer(request.bytes(), true);
    List<Integer> statuses = statuses(answer);
    int first = statuses.isEmpty() ? 0 : statuses.get(0);
    assertThat(first).as(answer).isIn(request.statuses());
    assertThat(statuses)
        .as(answer)
        .noneMatch(status -> status >= 500 && status != 501 && status != 505);
    assertThat(answer)
        .doesNotContain("Exception", "org.eclipse", "dev.ovkit", "Jetty", "jetty", "\tat ");
    if (first > 400) {
      assertThat(answer).contains("{\"error\":");
    }
  }

  @Test
  void aBodyThatEndsTooEarlyIsRefused() throws IOException {
    String answer =
        answer(ascii(head("POST", ServedDemo.DETECT, "Content-Length: 5000\r\n") + "abc"), true);
    assertThat(statuses(answer)).isIn(List.of(), BAD);
  }

  @Test
  void aBodyThatNeverComesIsGivenUp() throws IOException {
    String answer =
        answer(ascii(head("POST", ServedDemo.DETECT, "Content-Length: 5000\r\n") + "abc"), false);
    assertThat(statuses(answer)).isIn(List.of(), List.of(408));
  }

  @Test
  void headersThatNeverEndAreGivenUp() throws IOException {
    assertThat(statuses(answer(ascii("GET /v2 HTTP/1.1\r\nHost: loc"), false)))
        .isIn(List.of(), List.of(400), List.of(408));
  }

  @Test
  void afterAllOfThemTheNextClientIsServed() throws Exception {
    for (Hostile request : requests().toList()) {
      answer(request.bytes(), true);
    }
    assertThat(demo.failures).isEmpty();
    assertThat(demo.server.isReady()).isTrue();
    ServedDemo.ok(demo.post(ServedDemo.DETECT, "image/jpeg", ServedDemo.picture(0)));
  }
}
