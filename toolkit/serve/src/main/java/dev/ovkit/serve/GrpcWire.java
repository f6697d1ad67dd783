package dev.ovkit.serve;

import dev.ovkit.serve.protocol.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;

/** How gRPC puts a call with one request and one answer into HTTP/2. */
final class GrpcWire {

  static final String TYPE = "application/grpc";

  /** Whether a message is compressed, a byte; and its length, four. */
  static final int PREFIX = 5;

  static final String RETRY_AFTER_MILLIS = "grpc-retry-pushback-ms";

  private static final String STATUS = "grpc-status";
  private static final String MESSAGE = "grpc-message";
  private static final String TIMEOUT = "grpc-timeout";
  private static final Pattern TYPES =
      Pattern.compile("application/grpc(\\+proto)?( *;.*)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern TIME = Pattern.compile("(\\d{1,8})([HMSmun])");
  private static final Duration LONGEST = Duration.ofDays(1);

  /** Whether a request is a call. */
  static boolean isCall(Request request) {
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    return type != null
        && TYPES.matcher(type).matches()
        && HttpMethod.POST.is(request.getMethod())
        && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
  }

  /**
   * Returns how long the caller waits; empty if it does not say.
   *
   * @throws ProtocolException if what it says is no time
   */
  static Optional<Duration> timeout(HttpFields headers) {
    String text = headers.get(TIMEOUT);
    if (text == null) {
      return Optional.empty();
    }
    Matcher parts = TIME.matcher(text);
    if (!parts.matches()) {
      throw new ProtocolException(
          TIMEOUT + ": expected up to 8 digits and one of H, M, S, m, u and n");
    }
    long number = Long.parseLong(parts.group(1));
    Duration time =
        switch (parts.group(2)) {
          case "H" -> Duration.ofHours(number);
          case "M" -> Duration.ofMinutes(number);
          case "S" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMillis(number);
          case "u" -> Duration.ofNanos(1000 * number);
          default -> Duration.ofNanos(number);
        };
    return Optional.of(time.compareTo(LONGEST) < 0 ? time : LONGEST);
  }

  /**
   * Checks that a body is one message; it begins behind {@link #PREFIX}.
   *
   * @throws Refusal if it is compressed
   * @throws ProtocolException if it is not one message
   */
  static void requireMessage(byte[] body) {
    if (body.length > 0 && body[0] != 0) {
      throw new Refusal(
          HttpStatus.UNSUPPORTED_MEDIA_TYPE_415,
          "compressed messages are not read; send them as they are");
    }
    if (body.length < PREFIX || ByteBuffer.wrap(body).getInt(1) != body.length - PREFIX) {
      throw new ProtocolException("the call is not one message with its length before it");
    }
  }

  /** Returns a message with its length before it. */
  static ByteBuffer framed(byte[] message) {
    ByteBuffer framed = ByteBuffer.allocate(PREFIX + message.length);
    return framed.put((byte) 0).putInt(message.length).put(message).flip();
  }

  /** Returns what follows a message. */
  static HttpFields trailers() {
    return HttpFields.from(new HttpField(STATUS, Integer.toString(GrpcStatus.OK.code())));
  }

  /** Adds what there is in place of a message. */
  static void addError(HttpFields.Mutable headers, GrpcStatus status, String message) {
    headers.put(STATUS, Integer.toString(status.code()));
    headers.put(MESSAGE, escaped(message));
  }

  /** Bytes that are not printable ASCII, and %, become %XX. */
  private static String escaped(String message) {
    StringBuilder text = new StringBuilder();
    for (byte one : message.getBytes(StandardCharsets.UTF_8)) {
      if (one >= ' ' && one <= '~' && one != '%') {
        text.append((char) one);
      } else {
        text.append("%%%02X".formatted(one & 0xff));
      }
    }
    return text.toString();
  }

  private GrpcWire() {}
}
