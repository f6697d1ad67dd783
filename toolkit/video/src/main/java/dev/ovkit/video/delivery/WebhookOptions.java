package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An HTTP endpoint that gets events.
 *
 * @param address http or https; only scheme, host and port are printed, since the rest may be a
 *     secret
 * @param token sent as {@code Authorization: Bearer}
 * @param ca PEM certificates of which one must vouch for an https endpoint; empty for those that
 *     Java trusts
 * @param timeout the longest wait for a connection, and for an answer
 */
public record WebhookOptions(
    URI address, Optional<Secret> token, Optional<Path> ca, Duration timeout) {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  public WebhookOptions {
    Addresses.parse("webhook", address.toString(), List.of("http", "https"), "the token");
    if (ca.isPresent() && !"https".equals(address.getScheme())) {
      throw new OptionException(
          "webhook %s: certificates have no effect without https"
              .formatted(Addresses.shown(address)));
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new OptionException(
          "webhook: a timeout of %d ms, expected more than 0".formatted(timeout.toMillis()));
    }
  }

  /**
   * An endpoint without a token, which has ten seconds to answer.
   *
   * @throws OptionException when it is no http or https address
   */
  public static WebhookOptions of(String address) {
    return new WebhookOptions(
        Addresses.parse("webhook", address, List.of("http", "https"), "the token"),
        Optional.empty(),
        Optional.empty(),
        DEFAULT_TIMEOUT);
  }

  public WebhookOptions withToken(Secret bearer) {
    return new WebhookOptions(address, Optional.of(bearer), ca, timeout);
  }

  public WebhookOptions withCa(Path certificates) {
    return new WebhookOptions(address, token, Optional.of(certificates), timeout);
  }

  public WebhookOptions withTimeout(Duration longest) {
    return new WebhookOptions(address, token, ca, longest);
  }

  @Override
  public String toString() {
    return Addresses.shown(address);
  }
}
