package dev.ovkit.video.decode;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The webcams of this machine. */
public final class Webcams {

  private static final Path DEVICES = Path.of("/dev");

  /** Returns a line for each video device: what it is, or why it cannot be used. */
  public static List<String> found() {
    return found(DEVICES, WebcamDevice.SYSTEM);
  }

  static List<String> found(Path folder, long calls) {
    List<Path> devices = new ArrayList<>();
    try (DirectoryStream<Path> numbered = Files.newDirectoryStream(folder, "video[0-9]*")) {
      numbered.forEach(devices::add);
    } catch (IOException e) {
      return List.of();
    }
    devices.sort(
        Comparator.comparing((Path device) -> device.toString().length())
            .thenComparing(Comparator.naturalOrder()));
    return devices.stream().map(device -> line(device, calls)).toList();
  }

  private static String line(Path device, long calls) {
    try {
      VideoSource source = new VideoSource(device.toString(), VideoSource.Kind.WEBCAM);
      return device + ": " + WebcamDevice.description(source, calls);
    } catch (VideoException e) {
      return e.getMessage();
    }
  }

  private Webcams() {}
}
