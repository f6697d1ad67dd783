package dev.ovkit.serve;

import dev.ovkit.serve.access.AccessTokens;
import dev.ovkit.serve.access.RateLimit;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Lets requests in that may ask, and gives each to what answers it. */
final class RequestGate extends Handler.Abstract.NonBlocking {

  private static final Set<String> NAMES_OF_THIS_MACHINE =
      Set.of("127.0.0.1", "localhost", "[::1]", "::1");

  private static final String BEARER = "bearer ";

  private final ServerContext context;
  private final Optional<AccessTokens> tokens;
  private final boolean namesAreChecked;
  private final Optional<RateLimit> rate;

  /**
   * Makes the gate.
   *
   * @param loopback whether only this machine can reach the server
   */
  RequestGate(ServerContext context, Optional<AccessTokens> tokens, boolean loopback) {
    this.context = context;
    this.tokens = tokens;
    this.namesAreChecked = loopback && tokens.isEmpty();
    int perSecond = context.limits().rate();
    this.rate =
        perSecond == 0 ? Optional.empty() : Optional.of(new RateLimit(perSecond, System::nanoTime));
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback, context);
    try {
      refuseOtherSites(request);
      ServedRoute route =
          exchange.isCall()
              ? GrpcCalls.find(exchange, path(request))
              : Routes.find(exchange, request.getMethod(), path(request));
      if (!route.open()) {
        requireToken(exchange);
      }
      if (!route.open() && HttpMethod.POST.is(request.getMethod())) {
        limitRate(exchange);
      }
      route.endpoint().answer(exchange);
    } catch (RuntimeException e) {
      exchange.fail(e);
    }
    return true;
  }

  /** Returns the path as it is routed; one with parameters, which Jetty leaves out, is another. */
  private static String path(Request request) {
    String typed = request.getHttpURI().getPath();
    return typed == null || typed.indexOf(';') >= 0 ? "" : Request.getPathInContext(request);
  }

  /**
   * A page from elsewhere, open in a browser on this machine, could ask in its user's place: under
   * its own name, or under one that is made to point here.
   */
  private void refuseOtherSites(Request request) {
    String host = Request.getServerName(request);
    if (namesAreChecked
        && (host == null || !NAMES_OF_THIS_MACHINE.contains(host.toLowerCase(Locale.ROOT)))) {
      throw new Refusal(
          HttpStatus.FORBIDDEN_403,
          "without a token only requests to 127.0.0.1, localhost or [::1] are answered; a proxy has"
              + " to name one of them as Host");
    }
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    String asked = request.getHttpURI().getAuthority();
    if (origin != null && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(asked)) {
      throw new Refusal(HttpStatus.FORBIDDEN_403, "a page from elsewhere may not ask this server");
    }
  }

  private void limitRate(Exchange exchange) {
    Optional<Duration> wait =
        rate.flatMap(
            limit ->
                limit.ask(
                    exchange.client().map(name -> "token " + name).orElseGet(exchange::network)));
    if (wait.isPresent()) {
      throw new Refusal(
          HttpStatus.TOO_MANY_REQUESTS_429,
          "this client asks too often: the limit is %d a second".formatted(context.limits().rate()),
          wait);
    }
  }

  private void requireToken(Exchange exchange) {
    if (tokens.isEmpty()) {
      return;
    }
    Optional<String> name =
        exchange
            .header(HttpHeader.AUTHORIZATION.asString())
            .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
            .flatMap(value -> tokens.get().nameOf(value.substring(BEARER.length()).strip()));
    if (name.isEmpty()) {
      exchange.header(HttpHeader.WWW_AUTHENTICATE.asString(), "Bearer");
      throw new Refusal(
          HttpStatus.UNAUTHORIZED_401,
          "a token is needed: send it as 'Authorization: Bearer TOKEN'");
    }
    exchange.client(name.get());
  }
}
