package dev.ovkit.cli.print;

import dev.ovkit.quantize.QuantizeListener;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A bar for each stage of long work, on a terminal. */
public final class Progress implements QuantizeListener, AutoCloseable {

  private @Nullable ProgressBar bar;

  @Override
  public void begins(String stage, int steps) {
    close();
    bar = Boolean.getBoolean("ovkit.progress") ? new ProgressBar(stage, steps) : null;
  }

  @Override
  public void step() {
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
