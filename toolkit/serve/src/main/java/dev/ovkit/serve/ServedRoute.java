package dev.ovkit.serve;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A method and a path that the server answers.
 *
 * @param name in metrics
 * @param method the only one
 * @param template the path, with parts such as {@code {model}} that may be anything
 * @param open whether it is answered without a token
 * @param endpoint what answers
 */
record ServedRoute(String name, String method, String template, boolean open, Endpoint endpoint) {

  /** Answers requests. */
  interface Endpoint {
    void answer(Exchange exchange);
  }

  /** Returns the parts of a path by their names; empty if it is another path. */
  Optional<Map<String, String>> match(String path) {
    String[] wanted = template.split("/", -1);
    String[] given = path.split("/", -1);
    if (wanted.length != given.length) {
      return Optional.empty();
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].startsWith("{")) {
        variables.put(wanted[i].substring(1, wanted[i].length() - 1), given[i]);
      } else if (!wanted[i].equals(given[i])) {
        return Optional.empty();
      }
    }
    return Optional.of(variables);
  }
}
