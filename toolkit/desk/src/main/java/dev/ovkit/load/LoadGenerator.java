package dev.ovkit.load;

import dev.ovkit.bench.Disturbance;
import dev.ovkit.bench.Environment;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;

/**
 * Measures a server that answers pictures, at a constant rate of requests.
 *
 * <pre>{@code
 * LoadOptions options = LoadOptions.of(URI.create("http://127.0.0.1:8080/v1/models/parts/detect"), 50, pictures);
 * LoadReport report = LoadGenerator.run(options, share -> {}, () -> false);
 * }</pre>
 */
public final class LoadGenerator {

  /**
   * Asks once, to see that the server answers, then warms up and measures.
   *
   * @param progress receives the share that is done, 0 to 1
   * @param stopped asked all the time; once it returns true, no further request is sent, and what
   *     was measured so far is the result
   * @throws LoadException if the server cannot be reached, or refuses the first picture other than
   *     because it is busy
   * @throws dev.ovkit.PictureException if a picture cannot be read
   */
  public static LoadReport run(
      LoadOptions options, DoubleConsumer progress, BooleanSupplier stopped) {
    PictureServer server = HttpPictures.open(options);
    Supplier<Disturbance> disturbance = Disturbance.watch();
    LoadTally tally = new ConstantRate(options, server, LoadClock.SYSTEM).run(progress, stopped);
    return new LoadReport(
        options,
        tally.requests(),
        tally.byStatus(),
        tally.timeouts(),
        tally.unsent(),
        tally.failures(),
        tally.failure(),
        tally.times(),
        Environment.withoutOpenVino(),
        disturbance.get(),
        !stopped.getAsBoolean());
  }

  private LoadGenerator() {}
}
