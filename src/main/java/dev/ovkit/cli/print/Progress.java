package dev.ovkit.cli.print;

import java.util.function.DoubleConsumer;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * A bar on a terminal for long work, and nothing elsewhere. The launcher knows whether there is a
 * terminal that can show one.
 */
public final class Progress implements DoubleConsumer, AutoCloseable {

  private static final int PARTS = 1000;

  private String stage;
  private @Nullable ProgressBar bar;

  private Progress(String stage) {
    this.stage = stage;
  }

  public static boolean shown() {
    return Boolean.getBoolean("ovkit.progress");
  }

  /** Counts pictures; for a single one there is no bar. */
  public static Progress ofPictures(int pictures) {
    Progress progress = new Progress("pictures");
    if (pictures > 1) {
      progress.begins(progress.stage, pictures);
    }
    return progress;
  }

  /**
   * Shows the share of the work that is done. The bar begins with the first share, so that what
   * comes before does not spoil the time left.
   */
  public static Progress ofShare(String stage) {
    return new Progress(stage);
  }

  /** Shows stage after stage. */
  public static Progress ofStages() {
    return new Progress("");
  }

  /** Begins a stage of this many steps, and ends the one before. */
  public void begins(String next, int steps) {
    close();
    stage = next;
    bar = shown() ? new ProgressBar(stage, steps) : null;
  }

  /** One more is done. */
  public void step() {
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void accept(double share) {
    if (bar == null && shown()) {
      begins(stage, PARTS);
    }
    if (bar != null) {
      bar.stepTo((long) (share * PARTS));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
