package dev.ovkit.cli.option;

import dev.ovkit.cli.serve.ServeRequest;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who may ask a server. */
public final class AccessOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Answer only requests with one of these tokens: lines of NAME=TOKEN. The name appears in"
              + " the log.")
  private @Nullable Path tokens;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description =
          "Serve over TLS: the certificate, then those between it and its root, as PEM. It is read"
              + " again when it changes.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The private key of --cert, as PEM (PKCS #8).")
  private @Nullable Path key;

  @Option(
      names = "--client-ca",
      paramLabel = "FILE",
      description =
          "Let only clients in whose certificate was issued by one of these (mutual TLS), as PEM.")
  private @Nullable Path clientCa;

  @Option(
      names = "--insecure",
      description =
          "Listen on addresses that other machines reach without --token-file and --cert.")
  private boolean insecure;

  /** Returns what was given. */
  public ServeRequest.Access access() {
    if ((certificate == null) != (key == null)) {
      throw new ParameterException(
          spec.commandLine(), "--cert and --key belong together; give both, or neither");
    }
    if (clientCa != null && certificate == null) {
      throw new ParameterException(
          spec.commandLine(), "--client-ca needs TLS; give --cert and --key, too");
    }
    return new ServeRequest.Access(
        Optional.ofNullable(tokens),
        Optional.ofNullable(certificate),
        Optional.ofNullable(key),
        Optional.ofNullable(clientCa),
        insecure);
  }
}
