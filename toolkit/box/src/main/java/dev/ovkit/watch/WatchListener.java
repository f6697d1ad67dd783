package dev.ovkit.watch;

import dev.ovkit.model.Detections;

/** Receives what a {@link FolderWatch} does, on the thread that runs it. */
public interface WatchListener {

  /** A picture's result is out, under the picture's name and {@code .json}. */
  void done(String name, Detections found);

  /** A file was moved to {@code IN/failed}, with the reason beside it. */
  void setAside(String name, String reason);

  /** Something outside of ovkit keeps it from working; it tries again until it can. */
  void waiting(String message);

  /** The cause of the waiting is gone, and work goes on. */
  void goesOn();

  /** A file cannot be taken from the folder; it is left there. */
  void left(String name, String reason);
}
