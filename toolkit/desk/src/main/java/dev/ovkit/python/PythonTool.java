package dev.ovkit.python;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A tool that exists only in Python: one of our scripts and the packages that it needs. */
public enum PythonTool {
  /** The legacy Model Optimizer. */
  MO("mo", "openvino-dev", "mo/convert_with_mo.py", 288),
  /** OpenVINO's present converter. */
  OVC("ovc", "openvino", "ovc/convert_with_ovc.py", 278),
  /** onnxsim. */
  SIMPLIFY("simplify", "onnxsim", "simplify/simplify_onnx.py", 172);

  /** What all scripts share; they look for it in the folder beside their own. */
  private static final String FRAME = "common/answer.py";

  private final String title;
  private final String distribution;
  private final String script;
  private final int megabytes;

  PythonTool(String title, String distribution, String script, int megabytes) {
    this.title = title;
    this.distribution = distribution;
    this.script = script;
    this.megabytes = megabytes;
  }

  /** Returns the name that messages use. */
  public String title() {
    return title;
  }

  /** Returns the version that is pinned. */
  public String version() {
    return requirements().version(distribution);
  }

  /** Writes the script and the module that it imports into a folder, and returns the script. */
  Path writeTo(Path folder) throws IOException {
    for (String file : List.of(FRAME, script)) {
      Path target = folder.resolve(file);
      Files.createDirectories(target.getParent());
      Files.writeString(target, text(file));
    }
    return folder.resolve(script);
  }

  PythonPackages requirements() {
    return new PythonPackages(title, text("requirements/" + title + ".txt"), megabytes);
  }

  /** The jar carries converter-scripts, so that all this works outside a checkout. */
  private static String text(String resource) {
    try (InputStream in = PythonTool.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
