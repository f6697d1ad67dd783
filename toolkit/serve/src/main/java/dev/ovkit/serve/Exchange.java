package dev.ovkit.serve;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.serve.model.LoadedModel;
import dev.ovkit.serve.model.OverloadException;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.serve.protocol.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A request, or a call of gRPC, and its one answer, whatever thread gives it. */
final class Exchange {

  static final String JSON_TYPE = "application/json";

  private static final int MILLIS = 1000;
  private static final int IPV6_NETWORK_BYTES = 8;

  /** No status of HTTP: what servers log of a client that did not wait. */
  private static final int CLIENT_GONE = 499;

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final ServerContext context;
  private final RequestId id;

  /** Whether it is a call of gRPC. */
  private final boolean call;

  private final Instant arrived = Instant.now();
  private final long start = System.nanoTime();
  private final AtomicBoolean answered = new AtomicBoolean();

  /** Whether it came when the server was already shutting down. */
  private final boolean tooLate;

  private volatile String route = "none";
  private volatile Map<String, String> variables = Map.of();
  private volatile Optional<String> client = Optional.empty();
  private volatile Optional<ServedModel> model = Optional.empty();
  private final AtomicReference<@Nullable LoadedModel> held = new AtomicReference<>();
  private volatile boolean ended;
  private volatile int pictures;
  private volatile Optional<Duration> patience = Optional.empty();

  /** Whether the client waits for a shorter time than the server allows. */
  private volatile boolean impatient;

  /** What HTTP calls the outcome of a call, whose own status is always 200. */
  private volatile int outcome = CLIENT_GONE;

  private volatile Optional<BodyReader> body = Optional.empty();

  Exchange(Request request, Response response, Callback callback, ServerContext context) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.context = context;
    this.id = RequestId.of(request.getHeaders());
    this.call = GrpcWire.isCall(request);
    this.tooLate = context.draining().get();
    if (!call) {
      SecurityHeaders.add(response.getHeaders());
    }
    response.getHeaders().put(RequestId.HEADER, id.id());
    id.traceparent().ifPresent(trace -> response.getHeaders().put(RequestId.TRACE, trace));
    request.addFailureListener(this::stop);
    Request.addCompletionListener(request, failure -> over());
  }

  /** Whether it is a call of gRPC. */
  boolean isCall() {
    return call;
  }

  /** Whether it came when the server was already shutting down. */
  boolean isTooLate() {
    return tooLate;
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

  void variables(Map<String, String> found) {
    variables = found;
  }

  Optional<String> client() {
    return client;
  }

  /** Returns where the client is: its address, or of IPv6 the half that it cannot choose itself. */
  String network() {
    if (request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress from
        && from.getAddress() instanceof Inet6Address address) {
      return HexFormat.of().formatHex(address.getAddress(), 0, IPV6_NETWORK_BYTES);
    }
    return Request.getRemoteAddr(request);
  }

  void client(String name) {
    client = Optional.of(name);
  }

  /** Takes over a hold on a model, which ends with the answer, or is over already. */
  void holds(LoadedModel loaded) {
    asks(loaded.served(), 0);
    held.set(loaded);
    if (ended) {
      letGo();
    }
  }

  private void letGo() {
    LoadedModel loaded = held.getAndSet(null);
    if (loaded != null) {
      loaded.release();
    }
  }

  void asks(ServedModel asked, int count) {
    model = Optional.of(asked);
    pictures = count;
  }

  /** Says how long the client waits, from the request's arrival; empty for no limit. */
  void expires(Optional<Duration> time) {
    patience = time;
  }

  /**
   * Returns until when an answer is of use, by {@link System#nanoTime}.
   *
   * @param asked what the client gives; empty for what the server allows
   */
  long deadline(Optional<Duration> asked) {
    long now = System.nanoTime();
    long most = context.limits().answer().toNanos();
    long left = asked.map(Duration::toNanos).filter(nanos -> nanos < most).orElse(most);
    if (patience.isPresent()) {
      left = Math.min(left, patience.get().toNanos() - (now - start));
    }
    impatient = left < most;
    return now + left;
  }

  /** Reads the message of a call, which begins behind {@link GrpcWire#PREFIX}. */
  void withMessage(Consumer<byte[]> next) {
    withBody(
        body -> {
          GrpcWire.requireMessage(body);
          next.accept(body);
        });
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
    letGo();
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
    response.write(true, ByteBuffer.wrap(bytes), UnreadBody.before(request, callback));
  }

  /** Answers that what the client has is still right. */
  void notModified() {
    if (answered.compareAndSet(false, true)) {
      response.setStatus(HttpStatus.NOT_MODIFIED_304);
      response.write(true, ByteBuffer.allocate(0), callback);
    }
  }

  /** Whether there is an answer, or nobody who waits for one, as far as is known. */
  boolean isOver() {
    return answered.get();
  }

  /** A client that has gone, or has cancelled, gets no answer, and its memory is free at once. */
  private void stop(Throwable failure) {
    if (failure instanceof IOException) { // not a time limit, which has an answer
      fail(new IOException("the client is gone", failure));
    }
  }

  /** Answers a call. */
  void message(byte[] message) {
    if (!answered.compareAndSet(false, true)) {
      return;
    }
    letGo();
    outcome = HttpStatus.OK_200;
    response.setStatus(HttpStatus.OK_200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, GrpcWire.TYPE);
    response.setTrailersSupplier(GrpcWire::trailers);
    // Not in one write: Jetty 12.1.14 then sends trailers before what is left of a large message.
    response.write(
        false,
        GrpcWire.framed(message),
        Callback.from(
            () -> response.write(true, BufferUtil.EMPTY_BUFFER, callback), callback::failed));
  }

  /** Answers with what went wrong, as far as it is the client's to know. */
  void fail(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      error(refusal.status(), refusal.getMessage(), refusal.after());
    } else if (failure instanceof OverloadException overload) {
      boolean expired = call && impatient && overload.late();
      error(
          expired ? HttpStatus.REQUEST_TIMEOUT_408 : HttpStatus.TOO_MANY_REQUESTS_429,
          overload.getMessage(),
          Optional.of(overload.after()));
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
    } else if (failure instanceof EOFException && !call) { // a call can only be cancelled
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
    if (call) {
      callError(status, message, after);
      return;
    }
    after.ifPresent(
        time ->
            header(
                HttpHeader.RETRY_AFTER.asString(),
                Long.toString((time.toMillis() + MILLIS - 1) / MILLIS)));
    json(status, Map.of("error", message));
  }

  private void callError(int status, String message, Optional<Duration> after) {
    if (!answered.compareAndSet(false, true)) {
      return;
    }
    letGo();
    outcome = status;
    response.setStatus(HttpStatus.OK_200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, GrpcWire.TYPE);
    GrpcWire.addError(response.getHeaders(), GrpcStatus.of(status), message);
    after.ifPresent(time -> header(GrpcWire.RETRY_AFTER_MILLIS, Long.toString(time.toMillis())));
    response.write(true, BufferUtil.EMPTY_BUFFER, callback);
  }

  private void over() {
    ended = true;
    letGo();
    body.ifPresent(BodyReader::release);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    long received = Request.getContentBytesRead(request);
    long sent = Response.getContentBytesWritten(response);
    int status = call ? outcome : response.getStatus();
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
