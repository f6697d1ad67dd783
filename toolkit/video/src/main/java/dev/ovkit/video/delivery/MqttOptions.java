package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An MQTT 5 broker that gets events and results.
 *
 * @param address {@code mqtt://HOST[:PORT]}, or {@code mqtts:} for TLS
 * @param ca PEM certificates of which one must vouch for an mqtts broker; empty for those that Java
 *     trusts
 * @param topic what all topics begin with; also the name by which the broker knows the client, so
 *     two programs need different ones
 * @param user by which ovkit logs in
 * @param password of the user
 * @param discovery the first part of the topics by which Home Assistant finds sensors; empty for
 *     none
 */
public record MqttOptions(
    URI address,
    Optional<Path> ca,
    String topic,
    Optional<String> user,
    Optional<Secret> password,
    Optional<String> discovery) {

  /** What topics begin with if nothing else is given. */
  public static final String DEFAULT_TOPIC = "ovkit";

  /** Where Home Assistant looks if nobody has told it otherwise. */
  public static final String HOME_ASSISTANT = "homeassistant";

  private static final int PLAIN_PORT = 1883;
  private static final int TLS_PORT = 8883;
  private static final List<String> SCHEMES = List.of("mqtt", "mqtts");
  private static final Pattern TOPIC = Pattern.compile("[^/+#$\\p{Cntrl}][^+#\\p{Cntrl}]{0,199}");

  public MqttOptions {
    Addresses.parse("MQTT", address.toString(), SCHEMES, "user and password");
    String path = address.getRawPath();
    if ((path != null && !path.isEmpty() && !path.equals("/")) || address.getRawQuery() != null) {
      throw new OptionException(
          "MQTT %s: nothing may follow host and port; give the topic apart"
              .formatted(Addresses.shown(address)));
    }
    if (ca.isPresent() && !"mqtts".equals(address.getScheme())) {
      throw new OptionException(
          "MQTT %s: certificates have no effect without mqtts".formatted(Addresses.shown(address)));
    }
    requireTopic(topic);
    discovery.ifPresent(MqttOptions::requireTopic);
    if (password.isPresent() && user.isEmpty()) {
      throw new OptionException("MQTT: a password without a user; give both");
    }
  }

  /** A broker that needs no password, under the topic {@code ovkit}, without discovery. */
  public static MqttOptions of(String address) {
    return new MqttOptions(
        Addresses.parse("MQTT", address, SCHEMES, "user and password"),
        Optional.empty(),
        DEFAULT_TOPIC,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public MqttOptions withCa(Path certificates) {
    return new MqttOptions(address, Optional.of(certificates), topic, user, password, discovery);
  }

  public MqttOptions withTopic(String first) {
    return new MqttOptions(address, ca, first, user, password, discovery);
  }

  public MqttOptions withUser(String name, Optional<Secret> secret) {
    return new MqttOptions(address, ca, topic, Optional.of(name), secret, discovery);
  }

  public MqttOptions withDiscovery(String first) {
    return new MqttOptions(address, ca, topic, user, password, Optional.of(first));
  }

  boolean isEncrypted() {
    return "mqtts".equals(address.getScheme());
  }

  int port() {
    return address.getPort() >= 0 ? address.getPort() : isEncrypted() ? TLS_PORT : PLAIN_PORT;
  }

  private static void requireTopic(String topic) {
    if (!TOPIC.matcher(topic).matches() || topic.endsWith("/")) {
      throw new OptionException(
          "MQTT topic '%s': expected 1 to 200 characters without +, # and control characters, not beginning with / or $, not ending with /"
              .formatted(topic));
    }
  }

  @Override
  public String toString() {
    return Addresses.shown(address);
  }
}
