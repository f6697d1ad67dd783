package dev.ovkit.load;

import dev.ovkit.OptionException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a server is measured.
 *
 * @param url takes a picture as the body of a POST
 * @param rate requests a second
 * @param time how long; requests are due in it, and may be answered later
 * @param warmUp for how long requests are sent at the same rate before, and not counted
 * @param connections the most requests at once
 * @param timeout how long an answer may take, from the time when its request is due
 * @param token a file with a bearer token; empty for none
 * @param certificates of the issuers to trust, as PEM; empty for those that Java trusts
 * @param pictures sent in turn
 */
public record LoadOptions(
    URI url,
    double rate,
    Duration time,
    Duration warmUp,
    int connections,
    Duration timeout,
    Optional<Path> token,
    Optional<Path> certificates,
    List<Path> pictures) {

  private static final int MOST_RATE = 100_000;
  private static final int MOST_CONNECTIONS = 1000;

  public LoadOptions {
    pictures = List.copyOf(pictures);
    if (url.getHost() == null || !String.valueOf(url.getScheme()).matches("(?i)https?")) {
      throw new OptionException(
          "'%s' is not the address of a server; expected one such as http://127.0.0.1:8080/v1/models/NAME/detect"
              .formatted(url));
    }
    if (url.getUserInfo() != null) {
      throw new OptionException(
          "the address must not contain a password; give a file with a token");
    }
    if (!(rate > 0 && rate <= MOST_RATE)) {
      throw new OptionException(
          "a rate of %s: expected requests a second, above 0 and at most %d"
              .formatted(rate, MOST_RATE));
    }
    if (connections < 1 || connections > MOST_CONNECTIONS) {
      throw new OptionException(
          "%d connections: expected 1 to %d".formatted(connections, MOST_CONNECTIONS));
    }
    if (time.isNegative() || time.isZero() || timeout.isNegative() || timeout.isZero()) {
      throw new OptionException("the time and the timeout must be above 0");
    }
    if (pictures.isEmpty()) {
      throw new OptionException("there are no pictures to send");
    }
  }

  /** Ten seconds after five of warm-up, 256 connections, answers within ten seconds. */
  public static LoadOptions of(URI url, double rate, List<Path> pictures) {
    return new LoadOptions(
        url,
        rate,
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        256,
        Duration.ofSeconds(10),
        Optional.empty(),
        Optional.empty(),
        pictures);
  }

  public LoadOptions withTime(Duration measured) {
    return new LoadOptions(
        url, rate, measured, warmUp, connections, timeout, token, certificates, pictures);
  }

  public LoadOptions withWarmUp(Duration before) {
    return new LoadOptions(
        url, rate, time, before, connections, timeout, token, certificates, pictures);
  }

  public LoadOptions withConnections(int most) {
    return new LoadOptions(url, rate, time, warmUp, most, timeout, token, certificates, pictures);
  }

  public LoadOptions withTimeout(Duration longest) {
    return new LoadOptions(
        url, rate, time, warmUp, connections, longest, token, certificates, pictures);
  }

  public LoadOptions withToken(Path file) {
    return new LoadOptions(
        url, rate, time, warmUp, connections, timeout, Optional.of(file), certificates, pictures);
  }

  public LoadOptions withCertificates(Path file) {
    return new LoadOptions(
        url, rate, time, warmUp, connections, timeout, token, Optional.of(file), pictures);
  }
}
