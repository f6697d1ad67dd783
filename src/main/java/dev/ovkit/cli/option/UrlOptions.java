package dev.ovkit.cli.option;

import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A server to be measured in place of models. */
@HelpGroup.In(HelpGroup.SERVER)
public final class UrlOptions {

  private static final String URL = "--url";

  /** What else a measurement of a server takes. */
  private static final Set<String> OTHERS =
      Set.of("--seconds", "--warm-up", "--images", "--json", "--csv", "--html", "--stacktrace");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = URL,
      paramLabel = "URL",
      description =
          "Measure a server instead of models: post the pictures to this address, at a constant rate.")
  private @Nullable String url;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Requests per second, whether or not the server keeps up.")
  private @Nullable Double rate;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Most requests at the same time. Default: 256.")
  private @Nullable Integer connections;

  @Option(
      names = "--timeout",
      paramLabel = "S",
      description =
          "Longest time from the moment when a request is due to its answer, in seconds. Default: 10.")
  private @Nullable Double timeout;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Send the first token of this file, a line with TOKEN or NAME=TOKEN, as a bearer token.")
  private @Nullable Path token;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Trust servers whose certificates these issuers signed, as PEM.")
  private @Nullable Path certificates;

  /** Whether a server is to be measured; nothing else may then be asked for that needs a model. */
  public boolean given() {
    Set<String> own = Set.of("--rate", "--connections", "--timeout", "--token-file", "--cacert");
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      String name = option.longestName();
      if (url == null && own.contains(name)) {
        throw usage("%s needs --url".formatted(name));
      }
      if (url != null && !name.equals(URL) && !own.contains(name) && !OTHERS.contains(name)) {
        throw usage("%s cannot be combined with --url".formatted(name));
      }
    }
    return url != null;
  }

  public URI url() {
    try {
      return URI.create(String.valueOf(url));
    } catch (IllegalArgumentException e) {
      throw usage(
          "--url %s: not an address; expected one such as http://127.0.0.1:8080/v1/models/NAME/detect"
              .formatted(url));
    }
  }

  public double rate() {
    if (rate == null) {
      throw usage("--url needs --rate R, the number of requests per second");
    }
    return rate;
  }

  public @Nullable Integer connections() {
    return connections;
  }

  public @Nullable Double timeout() {
    return timeout;
  }

  public @Nullable Path token() {
    return token;
  }

  public @Nullable Path certificates() {
    return certificates;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
