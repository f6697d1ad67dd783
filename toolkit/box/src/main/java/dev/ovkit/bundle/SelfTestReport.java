package dev.ovkit.bundle;

import dev.ovkit.internal.files.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a self-test found.
 *
 * @param bundle name and version, or its folder where the manifest cannot be read
 * @param checks in the order in which they were made; the first that fails may be the last
 */
public record SelfTestReport(String bundle, List<Check> checks) {

  private static final int FORMAT = 1;

  /**
   * One thing that was looked at.
   *
   * @param name what: manifest, cpu, glibc, libraries, classes, a golden picture, or a part such as
   *     video
   * @param holds whether it is as it should be
   * @param text what was found, in words
   */
  public record Check(String name, boolean holds, String text) {}

  public SelfTestReport {
    checks = List.copyOf(checks);
  }

  /** Whether all checks passed. */
  public boolean holds() {
    return !checks.isEmpty() && checks.stream().allMatch(Check::holds);
  }

  /** Returns the checks that failed, in one line. */
  public String complaint() {
    return checks.stream()
        .filter(check -> !check.holds())
        .map(check -> check.name() + ": " + check.text())
        .collect(Collectors.joining("; "));
  }

  /** Returns the report as a JSON object. */
  public Map<String, Object> json() {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Check check : checks) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("check", check.name());
      object.put("holds", check.holds());
      object.put("text", check.text());
      list.add(object);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("format", FORMAT);
    object.put("bundle", bundle);
    object.put("holds", holds());
    object.put("checks", list);
    return object;
  }

  /** Reads what a child process reported. */
  static SelfTestReport parse(byte[] json) {
    try {
      JsonObject fields = JsonObject.parse(json);
      fields.requireFormat(FORMAT);
      List<Check> checks = new ArrayList<>();
      for (JsonObject check : fields.objects("checks")) {
        checks.add(new Check(check.text("check"), check.flag("holds"), check.text("text")));
      }
      return new SelfTestReport(fields.text("bundle"), checks);
    } catch (IOException e) {
      throw new BundleException(
          "the self-test's report cannot be read: %s".formatted(e.getMessage()), e);
    }
  }
}
