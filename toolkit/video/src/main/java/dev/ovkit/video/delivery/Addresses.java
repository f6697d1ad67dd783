package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Addresses of receivers, as they are given and as messages show them. */
final class Addresses {

  private static final int MOST_PORT = 65_535;

  /**
   * Reads an address.
   *
   * @param what such as "webhook", for messages
   * @throws OptionException when it is none, or has a password, which messages could print
   */
  static URI parse(String what, String typed, List<String> schemes, String secretsGo) {
    String expected = "expected %s://HOST".formatted(String.join("://HOST or ", schemes));
    URI address;
    try {
      address = new URI(typed);
    } catch (URISyntaxException e) {
      throw new OptionException("%s: not an address; %s".formatted(what, expected), e);
    }
    if (address.getRawUserInfo() != null || typed.matches("[^/?#]*//[^/?#]*@.*")) {
      throw new OptionException(
          "%s: an address with a user or a password in it; give them with %s"
              .formatted(what, secretsGo));
    }
    if (address.getScheme() == null || !schemes.contains(address.getScheme())) {
      throw new OptionException("%s %s: %s".formatted(what, shown(address), expected));
    }
    if (address.getHost() == null || address.getPort() > MOST_PORT) {
      throw new OptionException("%s %s: no host; %s".formatted(what, shown(address), expected));
    }
    return address;
  }

  /** Returns scheme, host and port: what follows them may be a secret. */
  static String shown(URI address) {
    if (address.getHost() == null) {
      return address.getScheme() == null
          ? "without http:// or the like"
          : address.getScheme() + ":…";
    }
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    return "%s://%s%s".formatted(address.getScheme(), address.getHost(), port);
  }

  private Addresses() {}
}
