package dev.ovkit.quantize;

/** Hears how long work goes on; called by the thread that quantizes. */
public interface QuantizeListener {

  /** Hears nothing. */
  QuantizeListener SILENT =
      new QuantizeListener() {
        @Override
        public void begins(String stage, int steps) {}

        @Override
        public void step() {}
      };

  /** A stage begins, the one before is over. */
  void begins(String stage, int steps);

  /** A step of the stage is done. */
  void step();
}
