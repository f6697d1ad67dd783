package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import dev.ovkit.internal.tls.TrustedCertificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Posts events to an HTTP endpoint: {@code {"events":[…]}}, with at most a hundred of them. Any
 * answer from 200 to 299 means that the endpoint has them.
 */
final class WebhookDeliverer implements Deliverer {

  private static final int OK = 200;
  private static final int REDIRECT = 300;
  private static final int BAD_REQUEST = 400;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_EARLY = 425;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERROR = 500;

  private final WebhookOptions options;
  private final HttpClient client;

  private WebhookDeliverer(WebhookOptions options, HttpClient client) {
    this.options = options;
    this.client = client;
  }

  /**
   * Makes one that follows no redirects, which could lead the token elsewhere.
   *
   * @throws dev.ovkit.OptionException when the token or the certificates are not there
   */
  static WebhookDeliverer of(WebhookOptions options) {
    options.token().ifPresent(Secret::value);
    HttpClient.Builder builder = HttpClient.newBuilder();
    options.ca().map(TrustedCertificates::context).ifPresent(builder::sslContext);
    return new WebhookDeliverer(
        options,
        builder
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(options.timeout())
            .build());
  }

  @Override
  public void deliver(List<Event> events) throws DeliveryException, InterruptedException {
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request(events), HttpResponse.BodyHandlers.discarding());
    try {
      // A timeout of the request would not cover an answer whose body never ends.
      judge(answer.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      throw DeliveryException.later(
          "%s: no answer within %s s".formatted(options, options.timeout().toMillis() / 1000.0));
    } catch (ExecutionException e) {
      throw DeliveryException.later("%s: %s".formatted(options, reason(e.getCause())));
    } finally {
      answer.cancel(true);
    }
  }

  private HttpRequest request(List<Event> events) throws DeliveryException {
    String body =
        events.stream().map(Event::json).collect(Collectors.joining(",", "{\"events\":[", "]}"));
    URI address = options.address();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("User-Agent", "ovkit")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (options.token().isPresent()) {
      try {
        request.header("Authorization", "Bearer " + options.token().get().value());
      } catch (OptionException e) { // it was there at the start
        throw DeliveryException.later(e.getMessage());
      } catch (IllegalArgumentException e) { // its message would have the token
        throw DeliveryException.later(
            "%s: %s has characters that no HTTP header can have"
                .formatted(options, options.token().get()));
      }
    }
    return request.build();
  }

  private void judge(HttpResponse<?> answer) throws DeliveryException {
    int status = answer.statusCode();
    if (status >= OK && status < REDIRECT) {
      return;
    }
    String message = "%s: HTTP %d".formatted(options, status);
    if (status == REQUEST_TIMEOUT
        || status == TOO_EARLY
        || status == TOO_MANY
        || status >= SERVER_ERROR) {
      Optional<Duration> after = answer.headers().firstValue("Retry-After").flatMap(this::wish);
      throw after.isPresent()
          ? DeliveryException.later(message, after.get())
          : DeliveryException.later(message);
    }
    throw DeliveryException.refused(
        status < BAD_REQUEST
            ? message + "; redirects are not followed, give the address they lead to"
            : message);
  }

  /** Seconds, or a date. */
  private Optional<Duration> wish(String header) {
    try {
      if (header.strip().matches("\\d{1,9}")) {
        return Optional.of(Duration.ofSeconds(Long.parseLong(header.strip())));
      }
      Instant date =
          ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.between(Instant.now(), date)).filter(it -> !it.isNegative());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String reason(@Nullable Throwable cause) {
    if (cause instanceof java.net.http.HttpConnectTimeoutException) {
      return "no connection in time";
    }
    if (cause instanceof java.net.ConnectException) {
      return "no connection";
    }
    if (cause instanceof javax.net.ssl.SSLException) {
      return "no TLS connection (%s)".formatted(cause.getMessage());
    }
    return cause instanceof IOException && cause.getMessage() != null
        ? cause.getMessage()
        : "the connection failed";
  }

  @Override
  public void close() {}
}
