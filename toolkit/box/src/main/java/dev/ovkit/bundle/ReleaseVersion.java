package dev.ovkit.bundle;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a release: {@code MAJOR.MINOR.PATCH}, or with {@code -PRE} behind it, ordered as
 * <a href="https://semver.org/spec/v2.0.0.html#spec-item-11">Semantic Versioning</a> says. Build
 * metadata has no order, and so no place here.
 */
public record ReleaseVersion(String text) implements Comparable<ReleaseVersion> {

  private static final String NUMBER = "(0|[1-9][0-9]{0,8})";
  private static final Pattern FORM =
      Pattern.compile(
          NUMBER + "\\." + NUMBER + "\\." + NUMBER + "(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?");
  private static final int MOST_LETTERS = 64;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if it is not such a version
   */
  public ReleaseVersion {
    if (text.length() > MOST_LETTERS || !FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "version '%s': expected a form such as 1.2.0 or 1.2.0-rc.1".formatted(text));
    }
  }

  @Override
  public int compareTo(ReleaseVersion other) {
    Matcher mine = matched(text);
    Matcher its = matched(other.text);
    for (int part = 1; part <= 3; part++) {
      int order =
          Integer.compare(Integer.parseInt(mine.group(part)), Integer.parseInt(its.group(part)));
      if (order != 0) {
        return order;
      }
    }
    return comparePre(identifiers(mine), identifiers(its));
  }

  /** A release comes after its own pre-releases. */
  private static int comparePre(List<String> mine, List<String> its) {
    if (mine.isEmpty() || its.isEmpty()) {
      return Boolean.compare(mine.isEmpty(), its.isEmpty());
    }
    for (int i = 0; i < Math.min(mine.size(), its.size()); i++) {
      int order = compareIdentifier(mine.get(i), its.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(mine.size(), its.size());
  }

  private static int compareIdentifier(String mine, String its) {
    boolean number = isNumber(mine);
    if (number != isNumber(its)) {
      return number ? -1 : 1;
    }
    if (number && mine.length() != its.length()) {
      return Integer.compare(mine.length(), its.length());
    }
    return mine.compareTo(its);
  }

  private static boolean isNumber(String identifier) {
    return identifier.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static List<String> identifiers(Matcher version) {
    String pre = version.group(4);
    return pre == null ? List.of() : List.of(pre.split("\\.", -1));
  }

  private static Matcher matched(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalStateException("the constructor let '" + text + "' pass");
    }
    return matcher;
  }

  @Override
  public String toString() {
    return text;
  }
}
