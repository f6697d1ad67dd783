package dev.ovkit.serve;

import java.util.Map;
import org.eclipse.jetty.http.HttpFields;

/**
 * The headers that limit what a browser may do with an answer: it is data, stays with its origin
 * and is not cached. The page may load its own files, ask its own server and use the camera, and
 * nothing more.
 */
final class SecurityHeaders {

  private static final Map<String, String> ALL =
      Map.of(
          "X-Content-Type-Options", "nosniff",
          "Cache-Control", "no-store",
          "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Referrer-Policy", "no-referrer");

  private static final Map<String, String> PAGE =
      Map.of(
          "Cache-Control", "no-cache",
          "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                  + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                  + " frame-ancestors 'none'",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Permissions-Policy", "camera=(self), microphone=(), geolocation=(), usb=()");

  /** Returns what is different for the page's files, which a browser may keep and ask about. */
  static Map<String, String> page() {
    return PAGE;
  }

  static void add(HttpFields.Mutable headers) {
    ALL.forEach(headers::put);
  }

  private SecurityHeaders() {}
}
