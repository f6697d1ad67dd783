package dev.ovkit.watch;

import dev.ovkit.model.Detections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a watch said. */
final class Heard implements WatchListener {

  final List<String> lines = new CopyOnWriteArrayList<>();

  @Override
  public void done(String name, Detections found) {
    lines.add("done " + name);
  }

  @Override
  public void setAside(String name, String reason) {
    lines.add("aside " + name + ": " + reason);
  }

  @Override
  public void waiting(String message) {
    lines.add("waiting " + message);
  }

  @Override
  public void goesOn() {
    lines.add("goes on");
  }

  @Override
  public void left(String name, String reason) {
    lines.add("left " + name + ": " + reason);
  }

  void await(String begin) throws InterruptedException {
    long end = System.nanoTime() + 30_000_000_000L;
    while (lines.stream().noneMatch(line -> line.startsWith(begin))) {
      if (System.nanoTime() > end) {
        throw new AssertionError("nothing began with '" + begin + "': " + lines);
      }
      Thread.sleep(5);
    }
  }
}
