package dev.ovkit.python;

/** Hears what a Python tool is doing; called on the thread that called the tool. */
public interface PythonListener {

  /** Hears nothing. */
  PythonListener SILENT = message -> {};

  /** Something that takes its time has begun, in one line. */
  void progress(String message);

  /** The tool's own words, one line of them. */
  default void log(String line) {}
}
