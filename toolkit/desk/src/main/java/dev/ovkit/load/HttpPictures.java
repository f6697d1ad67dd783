package dev.ovkit.load;

import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.internal.tls.TrustedCertificates;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Posts pictures over HTTP/1.1, each on a connection of its own while it waits. The files are read
 * once, before.
 */
final class HttpPictures implements PictureServer {

  /** What the JDK's client says of it. */
  private static final String CLOSED_HERE = "connection closed locally";

  private static final int RETRIES = 5;
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final int BUSY = 429;
  private static final int LONGEST_QUOTE = 300;
  private static final String FORM = "application/octet-stream";

  /** As in the server's own file; another file may have the token alone. */
  private static final Pattern NAMED_TOKEN =
      Pattern.compile("[A-Za-z0-9_.-]{1,100}=([A-Za-z0-9._~+/=-]{16,1000})");

  private static final Pattern TOKEN = Pattern.compile("[!-~]{1,10000}");

  private final LoadOptions options;
  private final HttpClient client;
  private final List<HttpRequest> requests = new ArrayList<>();

  private HttpPictures(LoadOptions options) {
    this.options = options;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER);
    options.certificates().map(TrustedCertificates::context).ifPresent(builder::sslContext);
    this.client = builder.build();
    Optional<String> token = options.token().map(HttpPictures::token);
    for (Path picture : options.pictures()) {
      byte[] bytes = bytes(picture);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(options.url())
              .header("Content-Type", type(bytes))
              .POST(HttpRequest.BodyPublishers.ofByteArray(bytes));
      token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
      requests.add(request.build());
    }
  }

  /**
   * Reads the files, and asks once.
   *
   * @throws LoadException if the server cannot be reached, or refuses the first picture other than
   *     because it is busy
   * @throws PictureException if a picture cannot be read
   */
  static HttpPictures open(LoadOptions options) {
    HttpPictures server = new HttpPictures(options);
    server.requireAnswer();
    return server;
  }

  private void requireAnswer() {
    HttpResponse<byte[]> response;
    // The first answer of a server takes longer than those to come.
    Duration patience = options.timeout().compareTo(FIRST) > 0 ? options.timeout() : FIRST;
    try {
      response =
          await(
              client.sendAsync(requests.get(0), HttpResponse.BodyHandlers.ofByteArray()), patience);
    } catch (TimeoutException e) {
      throw new LoadException(
          "%s: no answer within %s s; start the server, or check the address"
              .formatted(options.url(), seconds(patience)),
          e);
    } catch (IOException e) {
      String way =
          e instanceof SSLException
              ? "give the certificate of its issuer with --cacert"
              : "start the server, or check the address";
      throw new LoadException("%s: %s; %s".formatted(options.url(), reason(e), way), e);
    }
    int status = response.statusCode();
    if (status != BUSY && (status < 200 || status >= 300)) {
      throw new LoadException(
          "%s answered the first picture with status %d: %s; expected 200; give the address that takes pictures, such as http://127.0.0.1:8080/v1/models/NAME/detect, and --token-file if it needs a token"
              .formatted(
                  options.url(),
                  status,
                  OneLine.of(
                      new String(response.body(), StandardCharsets.UTF_8).strip(), LONGEST_QUOTE)));
    }
  }

  @Override
  public RequestEnd ask(int picture, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    RequestEnd result = once(picture, patience);
    // A connection that was closed here, by another request that was given up: nothing was sent.
    for (int i = 0; i < RETRIES && result.reason().equals(CLOSED_HERE); i++) {
      long left = end - System.nanoTime();
      result = left > 0 ? once(picture, Duration.ofNanos(left)) : RequestEnd.timeout();
    }
    return result;
  }

  private RequestEnd once(int picture, Duration patience) {
    try {
      HttpResponse<Void> response =
          await(
              client.sendAsync(requests.get(picture), HttpResponse.BodyHandlers.discarding()),
              patience);
      return RequestEnd.answer(response.statusCode());
    } catch (TimeoutException e) {
      return RequestEnd.timeout();
    } catch (IOException e) {
      return RequestEnd.failure(reason(e));
    }
  }

  /** Waits for the whole answer; the client's own timeout ends with the headers. */
  private static <T> T await(CompletableFuture<T> answer, Duration patience)
      throws TimeoutException, IOException {
    try {
      return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true); // and closes the connection
      throw e;
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }
  }

  private static String reason(IOException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && (cause.getMessage() == null || CLOSED_HERE.equals(cause.getCause().getMessage()))) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? "cannot connect" : OneLine.of(message, LONGEST_QUOTE);
  }

  private static String seconds(Duration time) {
    return String.valueOf(time.toMillis() / 1e3).replaceFirst("\\.0$", "");
  }

  private static byte[] bytes(Path picture) {
    try {
      return Files.readAllBytes(picture);
    } catch (IOException e) {
      throw new PictureException(
          "'%s' cannot be read: %s"
              .formatted(picture, Files.exists(picture) ? e.getMessage() : "no such file"),
          picture,
          e);
    }
  }

  /** Servers that look at the type want the right one; the file's name may be wrong. */
  private static String type(byte[] bytes) {
    String head = new String(bytes, 0, Math.min(12, bytes.length), StandardCharsets.ISO_8859_1);
    if (head.startsWith("\u00ff\u00d8\u00ff")) {
      return "image/jpeg";
    }
    if (head.startsWith("\u0089PNG")) {
      return "image/png";
    }
    if (head.startsWith("RIFF") && head.endsWith("WEBP")) {
      return "image/webp";
    }
    if (head.startsWith("BM")) {
      return "image/bmp";
    }
    return head.startsWith("II*\0") || head.startsWith("MM\0*") ? "image/tiff" : FORM;
  }

  private static String token(Path file) {
    try {
      String line =
          Files.readAllLines(file, StandardCharsets.UTF_8).stream()
              .map(String::strip)
              .filter(one -> !one.isEmpty() && !one.startsWith("#"))
              .findFirst()
              .orElse("");
      Matcher named = NAMED_TOKEN.matcher(line);
      String token = named.matches() ? named.group(1) : line;
      if (TOKEN.matcher(token).matches()) {
        return token;
      }
    } catch (IOException e) {
      throw new OptionException(
          "the token in '%s' cannot be read: %s"
              .formatted(file, Files.exists(file) ? e.getMessage() : "no such file"),
          e);
    }
    throw new OptionException(
        "'%s' has no token; expected a line with TOKEN or NAME=TOKEN".formatted(file));
  }
}
