package dev.ovkit.cli.print;

import dev.ovkit.quantize.QuantizeListener;

/** A bar for each stage of quantizing. */
public record QuantizeProgress(Progress bar) implements QuantizeListener, AutoCloseable {

  public QuantizeProgress() {
    this(Progress.ofStages());
  }

  @Override
  public void begins(String stage, int steps) {
    bar.begins(stage, steps);
  }

  @Override
  public void step() {
    bar.step();
  }

  @Override
  public void close() {
    bar.close();
  }
}
