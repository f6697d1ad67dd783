package dev.ovkit.bisect;

import dev.ovkit.OutputException;
import dev.ovkit.OvkitException;
import dev.ovkit.internal.files.StagedFiles;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.onnx.Tensors;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A node that differs, as a folder to attach to a report: the node as each of the two models has
 * it, what it reads, and what the two make of it. Tensors are ONNX's own files, {@code
 * TensorProto}.
 */
final class Reproduction {

  private final Bisection bisection;
  private final NodeDifference node;
  private final Map<String, TensorValues> truth;
  private final Path folder;
  private final List<String> lines = new ArrayList<>();

  /**
   * @param truth the first model's own numbers
   */
  Reproduction(
      Bisection bisection, NodeDifference node, Map<String, TensorValues> truth, Path folder) {
    this.bisection = bisection;
    this.node = node;
    this.truth = truth;
    this.folder = folder;
  }

  /** Refuses a folder that is there, before anything is computed. */
  static void require(Path folder) {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new OutputException(
          "'%s' already exists; remove it or give another name".formatted(folder));
    }
  }

  /** Writes the folder; it appears whole or not at all. */
  void write(
      GraphSide first, Set<String> firstSources, GraphSide second, Set<String> secondSources) {
    Path target = folder.toAbsolutePath().normalize();
    Path part = null;
    try {
      Path parent = StagedFiles.parent(target);
      Temporary.directories(parent);
      part = Temporary.folder(parent, ".ovkit-");
      lines.add(words());
      side("a", first, firstSources, part);
      side("b", second, secondSources, part);
      Files.writeString(part.resolve("README.txt"), String.join("\n", lines) + "\n");
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwxr-xr-x"));
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      Files.move(part, target);
      Temporary.forget(part);
    } catch (IOException e) {
      throw OutputException.of(folder, e);
    } finally {
      if (part != null) {
        Temporary.delete(part);
      }
    }
  }

  private String words() {
    return String.format(
        Locale.ROOT,
        """
        %s gives the tensor '%s' (%s).
        It differs between
          A  %s (%s)
          B  %s (%s)
        Both computed it from the numbers that A has before it, on the picture %s.
        %s

        Inputs and outputs are ONNX tensors (TensorProto). In Python:
          t = onnx.TensorProto(); t.ParseFromString(open("a_input_0.pb", "rb").read())
          onnx.numpy_helper.to_array(t)
        """,
        node.first().title(),
        node.tensor(),
        node.shape(),
        bisection.first().file(),
        bisection.first().engine(),
        bisection.second().file(),
        bisection.second().engine(),
        bisection.picture(),
        node.difference()
            .map(
                difference ->
                    String.format(
                        Locale.ROOT,
                        "Relative L2 %.3g, worst channel %d: %.3g (tolerated %.3g), largest difference %.4g at %s.",
                        difference.relativeL2(),
                        difference.channel(),
                        difference.error(),
                        bisection.tolerance(),
                        difference.maxAbs(),
                        difference.at()))
            .orElse(node.trouble().orElse("")));
  }

  private void side(String letter, GraphSide side, Set<String> sources, Path part)
      throws IOException {
    Map<String, TensorValues> given = new LinkedHashMap<>();
    sources.forEach(source -> given.put(source, Objects.requireNonNull(truth.get(source))));
    lines.add("%s: the node as %s has it".formatted(letter, side.file()));
    try {
      int number = 0;
      for (Map.Entry<String, TensorValues> input :
          side.save(given, node.tensor(), part, letter).entrySet()) {
        String file = "%s_input_%d.pb".formatted(letter, number++);
        tensor(part.resolve(file), input.getKey(), input.getValue());
        lines.add(
            "  %s  its input '%s' (%s)".formatted(file, input.getKey(), input.getValue().shape()));
      }
      TensorValues output =
          Objects.requireNonNull(side.compute(given, List.of(node.tensor())).get(node.tensor()));
      String file = letter + "_output.pb";
      tensor(part.resolve(file), node.tensor(), output);
      lines.add("  %s  what it gives (%s)".formatted(file, output.shape()));
    } catch (OutputException e) {
      throw e;
    } catch (OvkitException e) {
      lines.add("  it cannot be computed: " + e.getMessage());
    }
  }

  private static void tensor(Path file, String name, TensorValues values) throws IOException {
    Files.write(file, Tensors.of(name, values.shape(), values.numbers()).toByteArray());
  }
}
