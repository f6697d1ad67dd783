package dev.ovkit.serve;

import java.util.Map;
import org.eclipse.jetty.http.HttpFields;

/** What browsers are told of every answer: it is data, for nobody else, and not to be kept. */
final class SecurityHeaders {

  private static final Map<String, String> ALL =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "Cache-Control", "no-store",
          "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Referrer-Policy", "no-referrer");

  static void add(HttpFields.Mutable headers) {
    ALL.forEach(headers::put);
  }

  private SecurityHeaders() {}
}
