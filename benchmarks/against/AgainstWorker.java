import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.ovkit.vision.Detector;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One side of a comparison: answers {@code load N} and {@code infer N} on stdin with one line on
 * stdout. Compiled against each build, so it uses nothing but what every build has.
 */
final class AgainstWorker {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  public static void main(String[] files) throws Exception {
    Path ir = Path.of(files[0]);
    Path picture = Path.of(files[1]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Detector detector = Detector.open(ir)) {
      // The accessor of the boxes has had other names; the text of the record has not.
      String found = detector.detect(picture).toString();
      System.out.println("boxes " + (found.split("Detection\\[", -1).length - 1));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int times = Integer.parseInt(line.substring(line.indexOf(' ') + 1));
        System.out.println(
            line.startsWith("load") ? load(ir, times) : infer(detector, picture, times));
      }
    }
  }

  /** Opens and closes; prints the median time and the mean processor time, in nanoseconds. */
  private static String load(Path ir, int times) {
    long[] took = new long[times];
    long busy = SYSTEM.getProcessCpuTime();
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      Detector.open(ir).close();
      took[i] = System.nanoTime() - start;
    }
    return figures(took, SYSTEM.getProcessCpuTime() - busy);
  }

  /** The same for one picture, from file to boxes; then the mean of the bytes that it allocates. */
  private static String infer(Detector detector, Path picture, int times) {
    long[] took = new long[times];
    long busy = SYSTEM.getProcessCpuTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      detector.detect(picture);
      took[i] = System.nanoTime() - start;
    }
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    return figures(took, SYSTEM.getProcessCpuTime() - busy) + " " + allocated / times;
  }

  private static String figures(long[] took, long busy) {
    Arrays.sort(took);
    return took[took.length / 2] + " " + busy / took.length;
  }

  private AgainstWorker() {}
}
