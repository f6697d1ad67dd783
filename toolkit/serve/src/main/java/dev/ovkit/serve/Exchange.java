package dev.ovkit.serve;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.serve.model.OverloadException;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.serve.protocol.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A request and its one answer, whatever thread gives it. */
final class Exchange {

  static final String JSON_TYPE = "application/json";

  private static final int MILLIS = 1000;

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final ServerContext context;
  private final RequestId id;
  private final Instant arrived = Instant.now();
  private final long start = System.nanoTime();
  private final AtomicBoolean answered = new AtomicBoolean();

  private volatile String route = "none";
  private volatile Map<String, String> variables = Map.of();
  private volatile Optional<String> client = Optional.empty();
  private volatile Optional<ServedModel> model = Optional.empty();
  private volatile int pictures;
  private volatile Optional<BodyReader> body = Optional.empty();

  Exchange(Request request, Response response, Callback callback, ServerContext context) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.context = context;
    this.id = RequestId.of(request.getHeaders());
    SecurityHeaders.add(response.getHeaders());
    response.getHeaders().put(RequestId.HEADER, id.id());
    id.traceparent().ifPresent(trace -> response.getHeaders().put(RequestId.TRACE, trace));
    Request.addCompletionListener(request, failure -> over());
  }

  Request request() {
    return request;
  }

  ServerContext context() {
    return context;
  }

  /** Returns a part of the path by its name in the route. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(variables.get(name));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }

  void route(String name, Map<String, String> found) {
    route = name;
    variables = found;
  }

  void client(String name) {
    client = Optional.of(name);
  }

  void asks(ServedModel asked, int count) {
    model = Optional.of(asked);
    pictures = count;
  }

  /**
   * Returns until when an answer is of use, by {@link System#nanoTime}.
   *
   * @param asked what the client gives; empty for what the server allows
   */
  long deadline(Optional<Duration> asked) {
    Duration most = context.limits().answer();
    Duration wanted = asked.filter(one -> one.compareTo(most) < 0).orElse(most);
    return System.nanoTime() + wanted.toNanos();
  }

  /** Reads the body and goes on with it; whatever that throws is the answer. */
  void withBody(Consumer<byte[]> next) {
    BodyReader reader =
        new BodyReader(
            request,
            context.limits(),
            context.budget(),
            bytes -> {
              try {
                next.accept(bytes);
              } catch (RuntimeException e) {
                fail(e);
              }
            },
            this::fail);
    body = Optional.of(reader);
    reader.start();
  }

  void header(String name, String value) {
    response.getHeaders().put(name, value);
  }

  void json(int status, Map<String, ?> object) {
    try {
      answer(status, JSON_TYPE, JSON.std.asBytes(object));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // maps, lists, numbers and texts can always be written
    }
  }

  void answer(int status, String type, byte[] bytes) {
    if (!answered.compareAndSet(false, true)) {
      return;
    }
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
    response.write(true, ByteBuffer.wrap(bytes), callback);
  }

  /** Answers that what the client has is still right. */
  void notModified() {
    if (answered.compareAndSet(false, true)) {
      response.setStatus(HttpStatus.NOT_MODIFIED_304);
      response.write(true, ByteBuffer.allocate(0), callback);
    }
  }

  /** Answers with what went wrong, as far as it is the client's to know. */
  void fail(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      error(refusal.status(), refusal.getMessage(), refusal.after());
    } else if (failure instanceof OverloadException overload) {
      error(HttpStatus.TOO_MANY_REQUESTS_429, overload.getMessage(), Optional.of(overload.after()));
    } else if (failure instanceof ProtocolException
        || failure instanceof OptionException
        || failure instanceof PictureException) {
      error(HttpStatus.BAD_REQUEST_400, String.valueOf(failure.getMessage()), Optional.empty());
    } else if (failure instanceof HttpException http) {
      error(
          http.getCode(),
          "the request is not valid HTTP"
              + (http.getReason() == null ? "" : ": " + http.getReason()),
          Optional.empty());
    } else if (failure instanceof TimeoutException) {
      error(HttpStatus.REQUEST_TIMEOUT_408, "the body did not arrive in time", Optional.empty());
    } else if (failure instanceof EOFException) {
      error(HttpStatus.BAD_REQUEST_400, "the body ended too early", Optional.empty());
    } else if (failure instanceof IOException) {
      if (answered.compareAndSet(false, true)) {
        callback.failed(failure); // the client is gone
      }
    } else {
      context.listener().failed(id.id(), failure);
      error(
          HttpStatus.INTERNAL_SERVER_ERROR_500,
          "internal error; the server's log has more, by the request's id",
          Optional.empty());
    }
  }

  private void error(int status, String message, Optional<Duration> after) {
    after.ifPresent(
        time ->
            header(
                HttpHeader.RETRY_AFTER.asString(),
                Long.toString((time.toMillis() + MILLIS - 1) / MILLIS)));
    json(status, Map.of("error", message));
  }

  private void over() {
    body.ifPresent(BodyReader::release);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    long received = Request.getContentBytesRead(request);
    long sent = Response.getContentBytesWritten(response);
    int status = response.getStatus();
    ServerMetrics metrics = context.metrics();
    metrics.answered(
        route,
        model.map(ServedModel::name).orElse(""),
        model.map(ServedModel::version).orElse(""),
        status,
        took,
        received,
        sent);
    context
        .listener()
        .answered(
            new AnsweredRequest(
                arrived,
                id.id(),
                id.traceparent(),
                Request.getRemoteAddr(request),
                client,
                request.getConnectionMetaData().getHttpVersion().asString(),
                request.getMethod(),
                Request.getPathInContext(request),
                status,
                took,
                received,
                sent,
                model.map(ServedModel::name),
                model.map(ServedModel::version),
                pictures));
  }
}
