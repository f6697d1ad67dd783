package dev.ovkit.bundle;

import java.util.List;
import java.util.Optional;

/**
 * The result of an installation or a rollback.
 *
 * @param id the release in use now, a folder in {@code releases}
 * @param version of the release in use now
 * @param key that signed it; empty if it is unsigned
 * @param before the release that was in use until now; empty if there was none or it is the same
 * @param removed older releases that were removed
 * @param report of the self-test; has no checks if the release was in use already
 */
public record Installed(
    String id,
    ReleaseVersion version,
    Optional<String> key,
    Optional<String> before,
    List<String> removed,
    SelfTestReport report) {

  public Installed {
    removed = List.copyOf(removed);
  }
}
