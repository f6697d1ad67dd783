package dev.ovkit.diagnose;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** One reading that was tried, and how its boxes fit. */
public final class Trial {

  private final Reading reading;
  private final List<Hypothesis> changes;
  private final Fit fit;

  Trial(Reading reading, List<Hypothesis> changes, Fit fit) {
    this.reading = reading;
    this.changes = List.copyOf(changes);
    this.fit = fit;
  }

  /** Returns what was changed; nothing for the present reading. */
  public Set<Setting> settings() {
    return changes.stream().map(Hypothesis::setting).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns what was changed and to what, as in {@code channel order: BGR}. */
  public String title() {
    return changes.isEmpty()
        ? "the current settings"
        : changes.stream()
            .map(h -> h.setting().title() + ": " + h.value())
            .collect(Collectors.joining(" + "));
  }

  /** Returns what is wrong if this reading is the right one. */
  public String cause() {
    return changes.stream()
        .map(h -> h.setting().title() + ": " + h.cause())
        .collect(Collectors.joining("; and "));
  }

  /** Returns how its boxes fit. */
  public Fit fit() {
    return fit;
  }

  Reading reading() {
    return reading;
  }

  List<Hypothesis> changes() {
    return changes;
  }
}
