package dev.ovkit.bench;

import dev.ovkit.PictureException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Measures models on pictures.
 *
 * <pre>{@code
 * try (Benchmark benchmark = Benchmark.open(BenchOptions.of(irs, pictures))) {
 *   Report report = benchmark.run(fraction -> {}, () -> false);
 * }
 * }</pre>
 *
 * <p>Used by one thread; in {@link Mode#THROUGHPUT} it starts its own.
 */
public final class Benchmark implements AutoCloseable {

  private static final long BLOCK = Duration.ofSeconds(1).toNanos();

  private final BenchOptions options;
  private final List<MeasuredModel> measured = new ArrayList<>();
  private final Environment environment = Environment.here();
  private final Random order = new Random(1);
  private List<Path> pictures = List.of();
  private List<Report.Unreadable> unreadable = List.of();

  private Benchmark(BenchOptions options) {
    this.options = options;
  }

  /**
   * Opens the models and checks which pictures can be read.
   *
   * @throws dev.ovkit.ModelException when a model is missing, damaged, or no detector
   * @throws PictureException when no picture can be read
   * @throws dev.ovkit.RuntimeUnavailableException when this machine cannot run OpenVINO
   */
  public static Benchmark open(BenchOptions options) {
    return open(options, ir -> Contestant.open(ir, options));
  }

  static Benchmark open(BenchOptions options, Function<Path, Contestant> opener) {
    return open(options, opener, Readable::of);
  }

  /**
   * @param reader says which pictures can be read, after the models are open
   */
  public static Benchmark open(
      BenchOptions options,
      Function<Path, Contestant> opener,
      Function<List<Path>, Readable> reader) {
    Benchmark benchmark = new Benchmark(options);
    try {
      for (Path ir : options.irs()) {
        benchmark.measured.add(new MeasuredModel(ir, opener));
      }
      if (options.control() && options.irs().size() > 1) {
        benchmark.measured.add(new MeasuredModel(options.irs().get(0), opener));
      }
      Readable files = reader.apply(options.pictures());
      benchmark.pictures = files.pictures();
      benchmark.unreadable = files.unreadable();
      return benchmark;
    } catch (RuntimeException e) {
      benchmark.close();
      throw e;
    }
  }

  /** Returns what is to be measured. */
  public BenchOptions options() {
    return options;
  }

  /** Returns the machine. */
  public Environment environment() {
    return environment;
  }

  /** Returns the pictures that passes are made over. */
  public List<Path> pictures() {
    return List.copyOf(used());
  }

  /** Returns what is in force, model by model in the order given. */
  public List<Settings> settings() {
    return models().stream().map(model -> model.settings).toList();
  }

  /**
   * Warms up and measures; once.
   *
   * @param progress receives the share that is done, 0 to 1, when measuring begins and as it goes
   *     on
   * @param stopped asked between passes; once it returns true, what was measured so far is the
   *     result
   */
  public Report run(DoubleConsumer progress, BooleanSupplier stopped) {
    Supplier<Disturbance> disturbance = Disturbance.watch();
    for (MeasuredModel model : measured) {
      model.warmUp =
          new WarmUp(options.warmUp(), System::nanoTime).run(model.pass(used()), stopped);
    }
    progress.accept(0);
    Clock clock = new Clock(progress, stopped);
    switch (options.mode()) {
      case LATENCY -> inTurn(clock);
      case THROUGHPUT -> inBlocks(clock);
      case INFERENCE_ONLY -> pictureByPicture(clock);
    }
    return report(disturbance.get(), !stopped.getAsBoolean());
  }

  /** Round by round: one picture by every model, the next picture by every model. */
  private void inTurn(Clock clock) {
    long rounds = (long) options.passes().orElse(0) * pictures.size();
    for (long round = 0; clock.goesOn(round, rounds); round++) {
      int picture = (int) (round % pictures.size());
      for (MeasuredModel model : inNewOrder()) {
        model.contestant.pass(pictures.get(picture), picture, model.samples);
      }
    }
  }

  /** All passes over a picture before the next, so that inputs are filled once. */
  private void pictureByPicture(Clock clock) {
    long rounds = (long) options.passes().orElse(0) * used().size();
    for (long round = 0; clock.goesOn(round, rounds); round++) {
      int picture = rounds == 0 ? 0 : (int) (round / options.passes().orElse(1));
      for (MeasuredModel model : inNewOrder()) {
        model.contestant.pass(pictures.get(picture), picture, model.samples);
      }
    }
  }

  /**
   * Block by block: all requests of a model busy for a second, or for one pass over all pictures,
   * then those of the next.
   */
  private void inBlocks(Clock clock) {
    for (MeasuredModel model : measured) {
      model.block(pictures, model.settings.requests(), clock.stopped); // each request's first pass
      model.forget();
    }
    long most = options.passes().isPresent() ? pictures.size() : Long.MAX_VALUE;
    for (long round = 0; clock.goesOn(round, options.passes().orElse(0)); round++) {
      for (MeasuredModel model : inNewOrder()) {
        model.block(pictures, most, clock.stopped);
      }
    }
  }

  /**
   * Returns the models in the order of the next round, drawn anew: a model that always came after a
   * larger one would always find its weights gone from the caches, and differ from itself.
   */
  private List<MeasuredModel> inNewOrder() {
    List<MeasuredModel> turns = new ArrayList<>(measured);
    Collections.shuffle(turns, order);
    return turns;
  }

  private Report report(Disturbance disturbance, boolean complete) {
    List<ModelResult> results = models().stream().map(MeasuredModel::result).toList();
    List<Report.Comparison> comparisons = new ArrayList<>();
    for (MeasuredModel model : models().subList(1, models().size())) {
      if (options.mode() == Mode.LATENCY) {
        compare(model, Stage.INFER).ifPresent(comparisons::add);
      }
      compare(model, options.mode().decisive()).ifPresent(comparisons::add);
    }
    Optional<Report.Comparison> control =
        measured.size() == models().size()
            ? Optional.empty()
            : compare(measured.get(measured.size() - 1), options.mode().decisive());
    return new Report(
        options.mode(),
        options.seedProtocol(),
        used(),
        unreadable,
        results,
        comparisons,
        control,
        environment,
        disturbance,
        complete);
  }

  /**
   * The input filled once is that of the first picture; the seed's protocol has a turn for each.
   */
  private List<Path> used() {
    return options.mode() == Mode.INFERENCE_ONLY && !options.seedProtocol()
        ? pictures.subList(0, 1)
        : pictures;
  }

  private List<MeasuredModel> models() {
    return measured.subList(0, options.irs().size());
  }

  private Optional<Report.Comparison> compare(MeasuredModel model, Stage stage) {
    double[] times = model.rounds(options.mode(), stage);
    double[] than = measured.get(0).rounds(options.mode(), stage);
    int rounds = Math.min(times.length, than.length); // one more where a round was broken off
    return rounds == 0
        ? Optional.empty()
        : Optional.of(
            new Report.Comparison(
                model.name,
                measured.get(0).name,
                stage,
                Ratio.of(Arrays.copyOf(times, rounds), Arrays.copyOf(than, rounds))));
  }

  @Override
  public void close() {
    measured.forEach(MeasuredModel::close);
  }

  /** Says when to stop, and how far it is. */
  private final class Clock {
    private final DoubleConsumer progress;
    private final BooleanSupplier stopped;
    private final long start = System.nanoTime();

    Clock(DoubleConsumer progress, BooleanSupplier stopped) {
      this.progress = progress;
      this.stopped = stopped;
    }

    /**
     * @param rounds 0 to measure for a time; at least one round is made
     */
    boolean goesOn(long round, long rounds) {
      double done =
          rounds > 0
              ? (double) round / rounds
              : (double) (System.nanoTime() - start) / options.time().toNanos();
      progress.accept(Math.min(1, done));
      return !stopped.getAsBoolean() && (done < 1 || round == 0);
    }
  }

  /** A model and its times. */
  private static final class MeasuredModel {
    private final String name;
    private final Contestant contestant;
    private final Settings settings;
    private final ExecutorService threads;
    private final List<Double> rates = new ArrayList<>();
    private Samples samples = new Samples();
    private WarmUp.Result warmUp = new WarmUp.Result(0, false);
    private int next;

    MeasuredModel(Path ir, Function<Path, Contestant> opener) {
      name = ir.toString();
      contestant = opener.apply(ir);
      settings = contestant.settings();
      threads =
          Executors.newFixedThreadPool(
              settings.requests(),
              task -> {
                Thread thread = new Thread(task, "ovkit-bench");
                thread.setDaemon(true);
                return thread;
              });
    }

    /** Returns passes that are not kept, over the pictures in turn. */
    DoubleSupplier pass(List<Path> pictures) {
      return () -> {
        Samples one = new Samples();
        int picture = next++ % pictures.size();
        contestant.pass(pictures.get(picture), picture, one);
        return one.milliseconds(Stage.INFER)[0];
      };
    }

    /**
     * Keeps all requests busy.
     *
     * @param most passes; fewer if a block's time is over before
     */
    void block(List<Path> pictures, long most, BooleanSupplier stopped) {
      AtomicLong taken = new AtomicLong();
      long end = most == Long.MAX_VALUE ? System.nanoTime() + BLOCK : Long.MAX_VALUE;
      int offset = next;
      List<Future<Share>> shares = new ArrayList<>();
      for (int i = 0; i < settings.requests(); i++) {
        shares.add(threads.submit(share(pictures, offset, taken, most, end, stopped)));
      }
      double rate = 0;
      for (Future<Share> future : shares) {
        Share share = join(future);
        samples.addAll(share.samples);
        rate += share.rate();
      }
      if (rate > 0) {
        rates.add(rate);
      }
      next = (int) ((offset + Math.min(most, taken.get())) % pictures.size());
    }

    private Callable<Share> share(
        List<Path> pictures,
        int offset,
        AtomicLong taken,
        long most,
        long end,
        BooleanSupplier stopped) {
      return () -> {
        Samples mine = new Samples();
        long start = System.nanoTime();
        while ((mine.count() == 0 || System.nanoTime() < end) && !stopped.getAsBoolean()) {
          long turn = taken.getAndIncrement();
          if (turn >= most) {
            break;
          }
          int picture = (int) ((offset + turn) % pictures.size());
          contestant.pass(pictures.get(picture), picture, mine);
        }
        return new Share(mine, System.nanoTime() - start);
      };
    }

    private static Share join(Future<Share> future) {
      try {
        return future.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while measuring", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      }
    }

    void forget() {
      samples = new Samples();
      rates.clear();
      next = 0;
    }

    /** Returns one time a round. */
    double[] rounds(Mode mode, Stage stage) {
      return mode == Mode.THROUGHPUT
          ? rates.stream().mapToDouble(rate -> 1000 / rate).toArray()
          : samples.milliseconds(stage);
    }

    ModelResult result() {
      return new ModelResult(name, settings, warmUp, samples, rates);
    }

    void close() {
      threads.shutdown();
      contestant.close();
    }
  }

  /**
   * What one thread did in a block. Its rate counts until its own last picture: that the others
   * still work on theirs is no time lost in a stream of pictures without end.
   */
  private record Share(Samples samples, long nanos) {
    double rate() {
      return samples.count() / (nanos / 1e9);
    }
  }
}
