package dev.ovkit.serve;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;

/**
 * What a request is called in logs: by its client, if the name is a plain word, or by a random
 * number; and the trace that it belongs to, as W3C Trace Context says it.
 */
record RequestId(String id, Optional<String> traceparent) {

  static final String HEADER = "X-Request-Id";
  static final String TRACE = "traceparent";

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** Version, trace, parent and flags; a trace or a parent of zeros is none. */
  private static final Pattern TRACE_CONTEXT =
      Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  private static final int RANDOM_BYTES = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  static RequestId of(HttpFields headers) {
    String given = headers.get(HEADER);
    String trace = headers.get(TRACE);
    return new RequestId(
        given != null && WORD.matcher(given).matches() ? given : random(),
        Optional.ofNullable(trace).filter(one -> TRACE_CONTEXT.matcher(one).matches()));
  }

  private static String random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
