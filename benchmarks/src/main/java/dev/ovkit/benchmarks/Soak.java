package dev.ovkit.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.Head;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Infers a great many times in one process, from encoded picture to boxes, and says whether its
 * memory, threads and descriptors grow: after a warm-up of 5 %, the medians of the last tenth over
 * those of the first tenth.
 */
@Command(name = "soak.sh", description = "Whether inference leaks memory, threads or descriptors.")
final class Soak implements Callable<Integer> {

  private static final double WARM_UP = 0.05;
  private static final int SAMPLES = 2000;
  private static final double MOST_GROWTH = 0.02;
  private static final long MOST_BYTES = 8_000_000;
  private static final int PAGE = 4096;
  private static final int LEAK_CHUNK = 1 << 16;

  @Option(names = "--ir", paramLabel = "MODEL.xml", description = "Default: a model of 64x64.")
  private @Nullable Path ir;

  @Option(
      names = "--inferences",
      paramLabel = "N",
      defaultValue = "200000",
      description = "At least 2000. Default: ${DEFAULT-VALUE}.")
  private int inferences;

  @Option(
      names = "--reopen",
      description = "Open and close the detector for each inference, in place of one for all.")
  private boolean reopen;

  @Option(
      names = "--leak",
      paramLabel = "BYTES",
      defaultValue = "0",
      description = "Keep so many native bytes of each inference: the check must then fail.")
  private int leak;

  @Spec private CommandSpec spec;

  private final List<ByteBuffer> leaked = new ArrayList<>();

  public static void main(String[] arguments) {
    BenchmarkProgram.run(new Soak(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    if (inferences < SAMPLES) {
      throw new ParameterException(
          spec.commandLine(), "--inferences %d: at least %d".formatted(inferences, SAMPLES));
    }
    return run() ? 0 : BenchmarkProgram.CHECK_FAILED;
  }

  private boolean run() throws IOException {
    Path folder = Files.createTempDirectory("ovkit-soak-");
    List<ProcessUsage> samples = new ArrayList<>(SAMPLES);
    long start = System.nanoTime();
    long boxes = 0;
    try (Detector detector = open(folder)) {
      byte[] picture = picture(detector.spec());
      int each = inferences / SAMPLES;
      for (int done = 1; done <= inferences; done++) {
        boxes += found(detector, picture, folder);
        leak(done);
        if (done % each == 0) {
          samples.add(ProcessUsage.here());
        }
        if (done % (inferences / 10) == 0) {
          System.err.printf("%d of %d, %s%n", done, inferences, samples.get(samples.size() - 1));
        }
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
      }
    }
    return report(samples, boxes, (System.nanoTime() - start) / 1e9);
  }

  private Detector open(Path folder) throws IOException {
    return ir == null ? toy(folder) : Detector.open(ir);
  }

  private int found(Detector detector, byte[] picture, Path folder) throws IOException {
    if (!reopen) {
      return detector.detect(picture).objects().size();
    }
    try (Detector own = open(folder)) {
      return own.detect(picture).objects().size();
    }
  }

  private boolean report(List<ProcessUsage> samples, long boxes, double seconds)
      throws IOException {
    List<ProcessUsage> warm = samples.subList((int) (samples.size() * WARM_UP), samples.size());
    int tenth = warm.size() / 10;
    ProcessUsage first = median(warm.subList(0, tenth));
    ProcessUsage last = median(warm.subList(warm.size() - tenth, warm.size()));
    long growth = last.resident() - first.resident();
    boolean holds =
        growth < MOST_GROWTH * first.resident()
            && growth < MOST_BYTES
            && last.threads() <= first.threads()
            && last.descriptors() <= first.descriptors();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", ir == null ? "toy 64x64" : ir.getFileName().toString());
    object.put("inferences", inferences);
    object.put("seconds", Math.round(seconds * 10) / 10.0);
    object.put("boxes", boxes);
    object.put("max_heap", Runtime.getRuntime().maxMemory());
    object.put("leak_bytes", leak);
    object.put("resident_first_tenth", first.resident());
    object.put("resident_last_tenth", last.resident());
    object.put("growth_bytes", growth);
    object.put("growth", Math.round(1e5 * growth / first.resident()) / 1e5);
    object.put("threads", List.of(first.threads(), last.threads()));
    object.put("descriptors", List.of(first.descriptors(), last.descriptors()));
    object.put("java", Runtime.version().toString());
    object.put("holds", holds);
    System.out.println(
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(object));
    return holds;
  }

  private static ProcessUsage median(List<ProcessUsage> samples) {
    return new ProcessUsage(
        median(samples.stream().mapToLong(ProcessUsage::resident).toArray()),
        median(samples.stream().mapToLong(ProcessUsage::threads).toArray()),
        median(samples.stream().mapToLong(ProcessUsage::descriptors).toArray()));
  }

  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Keeps native memory, and touches it, so that it is resident. */
  private void leak(int done) {
    long wanted = (long) done * leak;
    if (wanted > (long) leaked.size() * LEAK_CHUNK) {
      ByteBuffer chunk = ByteBuffer.allocateDirect(LEAK_CHUNK);
      for (int i = 0; i < LEAK_CHUNK; i += PAGE) {
        chunk.put(i, (byte) 1);
      }
      leaked.add(chunk);
    }
  }

  private static byte[] picture(DetectorSpec spec) {
    int width = spec.inputWidth();
    int height = spec.inputHeight();
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * width * height);
    Random random = new Random(7);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean bright = x / 8 % 3 == 0 && y / 8 % 3 == 0;
        for (int channel = 0; channel < 3; channel++) {
          pixels.put((byte) ((bright ? 220 : 0) + random.nextInt(30)));
        }
      }
    }
    try (Picture picture = Picture.of(Frame.of(pixels.flip(), width, height, Frame.Format.BGR))) {
      return picture.toJpeg();
    }
  }

  /** A detector of bright cells of 8x8: the mean of each cell, then a 1x1 convolution. */
  private static Detector toy(Path folder) throws IOException {
    // Columns x, y, w, h, objectness, one class; a cell is an object where its mean is above 150.
    float[] weights = new float[6 * 3];
    Arrays.fill(weights, 4 * 3, 5 * 3, 0.1f);
    float[] bias = {0, 0, 0, 0, -45, 4};
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * (weights.length + bias.length)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(weights).put(bias);
    Files.write(folder.resolve("toy.bin"), bytes.array());
    String xml =
        """
        <?xml version="1.0"?>
        <net name="toy" version="11"><layers>
        <layer id="0" name="images" type="Parameter" version="opset1"><data shape="1,3,64,64" element_type="f32"/>
          <output><port id="0" precision="FP32" names="images"><dim>1</dim><dim>3</dim><dim>64</dim><dim>64</dim></port></output></layer>
        <layer id="1" name="cells" type="AvgPool" version="opset1">
          <data kernel="8, 8" strides="8, 8" pads_begin="0, 0" pads_end="0, 0" exclude-pad="true" auto_pad="explicit" rounding_type="floor"/>
          <input><port id="0" precision="FP32"><dim>1</dim><dim>3</dim><dim>64</dim><dim>64</dim></port></input>
          <output><port id="1" precision="FP32"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port></output></layer>
        <layer id="2" name="weights" type="Const" version="opset1"><data element_type="f32" shape="6, 3, 1, 1" offset="0" size="72"/>
          <output><port id="0" precision="FP32"><dim>6</dim><dim>3</dim><dim>1</dim><dim>1</dim></port></output></layer>
        <layer id="3" name="convolution" type="Convolution" version="opset1">
          <data strides="1, 1" dilations="1, 1" pads_begin="0, 0" pads_end="0, 0" auto_pad="explicit"/>
          <input><port id="0" precision="FP32"><dim>1</dim><dim>3</dim><dim>8</dim><dim>8</dim></port>
            <port id="1" precision="FP32"><dim>6</dim><dim>3</dim><dim>1</dim><dim>1</dim></port></input>
          <output><port id="2" precision="FP32"><dim>1</dim><dim>6</dim><dim>8</dim><dim>8</dim></port></output></layer>
        <layer id="4" name="bias" type="Const" version="opset1"><data element_type="f32" shape="1, 6, 1, 1" offset="72" size="24"/>
          <output><port id="0" precision="FP32"><dim>1</dim><dim>6</dim><dim>1</dim><dim>1</dim></port></output></layer>
        <layer id="5" name="add" type="Add" version="opset1"><data auto_broadcast="numpy"/>
          <input><port id="0" precision="FP32"><dim>1</dim><dim>6</dim><dim>8</dim><dim>8</dim></port>
            <port id="1" precision="FP32"><dim>1</dim><dim>6</dim><dim>1</dim><dim>1</dim></port></input>
          <output><port id="2" precision="FP32" names="head"><dim>1</dim><dim>6</dim><dim>8</dim><dim>8</dim></port></output></layer>
        <layer id="6" name="result" type="Result" version="opset1">
          <input><port id="0" precision="FP32"><dim>1</dim><dim>6</dim><dim>8</dim><dim>8</dim></port></input></layer>
        </layers><edges>
        <edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
        <edge from-layer="1" from-port="1" to-layer="3" to-port="0"/>
        <edge from-layer="2" from-port="0" to-layer="3" to-port="1"/>
        <edge from-layer="3" from-port="2" to-layer="5" to-port="0"/>
        <edge from-layer="4" from-port="0" to-layer="5" to-port="1"/>
        <edge from-layer="5" from-port="2" to-layer="6" to-port="0"/>
        </edges></net>
        """;
    Path file = Files.writeString(folder.resolve("toy.xml"), xml);
    DetectorSpec spec =
        new DetectorSpec(
            64,
            64,
            Colour.BGR,
            Resize.LETTERBOX,
            new RawHeads(List.of(new Head("head", 8, List.of(new Anchor(16, 16)))), 1),
            List.of("bright"),
            0.25f,
            0.45f);
    return Detector.open(file, DetectorOptions.defaults().withSpec(spec));
  }
}
