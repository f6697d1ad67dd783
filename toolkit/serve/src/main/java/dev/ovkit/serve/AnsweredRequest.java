package dev.ovkit.serve;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request that was answered, or whose client went away, for a log.
 *
 * @param time when it arrived
 * @param id the client's own, or one that was made for it
 * @param traceparent the client's W3C trace context
 * @param remote the client's address
 * @param client the name of its token
 * @param protocol such as {@code HTTP/1.1}
 * @param method such as {@code POST}
 * @param path without the query
 * @param status of the answer
 * @param took from its headers to the end of its answer
 * @param received bytes of its body
 * @param sent bytes of the answer's body
 * @param model that was asked
 * @param version of the model
 * @param pictures that were looked at
 */
public record AnsweredRequest(
    Instant time,
    String id,
    Optional<String> traceparent,
    String remote,
    Optional<String> client,
    String protocol,
    String method,
    String path,
    int status,
    Duration took,
    long received,
    long sent,
    Optional<String> model,
    Optional<String> version,
    int pictures) {

  /** Returns it as a JSON object's keys and values. */
  public Map<String, Object> json() {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", time.toString());
    line.put("id", id);
    traceparent.ifPresent(trace -> line.put("traceparent", trace));
    line.put("remote", remote);
    client.ifPresent(name -> line.put("client", name));
    line.put("protocol", protocol);
    line.put("method", method);
    line.put("path", path);
    line.put("status", status);
    line.put("ms", took.toNanos() / 1000 / 1e3);
    line.put("received", received);
    line.put("sent", sent);
    model.ifPresent(name -> line.put("model", name));
    version.ifPresent(number -> line.put("version", number));
    if (pictures > 0) {
      line.put("pictures", pictures);
    }
    return line;
  }
}
