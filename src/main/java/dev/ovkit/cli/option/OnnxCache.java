package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.convert.ConversionManifest;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Decision;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.internal.files.StagedFiles;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.nativelib.NativeRuntime;
import dev.ovkit.nativelib.UserCache;
import dev.ovkit.onnx.OnnxModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * The IRs of ONNX models that were given where an IR is expected: converted once, by default
 * settings, and kept in the user's cache. The key is the model's content, ovkit and OpenVINO. Not
 * loaded without such a model: a command on a box has no converter.
 */
public final class OnnxCache {

  private static final int KEY_DIGITS = 32;

  /** Returns the IR of a model; whatever is not an ONNX comes back as it is. */
  public static Path ir(Path model, String family, PrintWriter err) {
    if (!model.toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
      if (!family.isEmpty()) {
        throw new OptionException(
            "--family %s: '%s' is an IR, which knows its family; leave it out"
                .formatted(family, model));
      }
      return model;
    }
    try {
      Class.forName("dev.ovkit.convert.Converter");
    } catch (ClassNotFoundException e) {
      throw new OptionException(
          "'%s' is an ONNX model, and this ovkit, made for a box, has no converter; run 'ovkit convert %s' on the desk"
              .formatted(model, model),
          e);
    }
    return converted(model, family, err);
  }

  private static Path converted(Path model, String family, PrintWriter err) {
    String name = ConvertOptions.stem(model);
    Path root = root();
    Path folder = root.resolve(key(model, family));
    Path xml = folder.resolve(name + ".xml");
    if (Files.isRegularFile(xml)) {
      err.printf("ovkit: %s: using the IR from an earlier conversion, %s%n", model, xml);
    } else {
      err.printf("ovkit: %s is an ONNX model: converting it to %s%n", model, xml);
      convert(model, family, name, root, folder);
    }
    ConversionManifest.read(folder.resolve(name + ".json")).decisions().stream()
        .filter(Decision::assumed)
        .forEach(assumed -> err.println("ovkit: assumed: " + assumed.sentence()));
    return xml;
  }

  private static void convert(Path model, String family, String name, Path root, Path folder) {
    try (StagedFiles staging = StagedFiles.in(root)) {
      Path made = staging.resolve(name);
      Converter.convert(
          ConvertOptions.of(model)
              .into(made, WeightPrecision.FP16)
              .describedAs(ModelDescription.family(family)));
      publish(made, folder);
    } catch (IOException e) {
      throw OutputException.of(folder, e);
    }
  }

  /** Another process may have been faster; its files are the same. */
  private static void publish(Path made, Path folder) throws IOException {
    try {
      Files.move(made, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  private static Path root() {
    return UserCache.directory()
        .orElseThrow(
            () ->
                new OptionException(
                    "there is no folder for a converted model: this user has no home; set OVKIT_CACHE_DIR, or run 'ovkit convert' first"))
        .resolve("converted");
  }

  private static String key(Path model, String family) {
    String of =
        String.join(
            "\n",
            OnnxModel.read(model).sha256(),
            ConvertOptions.stem(model),
            build(),
            NativeRuntime.OPENVINO_VERSION,
            family.isEmpty() ? "default options" : "family " + family);
    return Sha256.of(of.getBytes(StandardCharsets.UTF_8)).substring(0, KEY_DIGITS);
  }

  /** The version does not change with every build of a checkout; the time of the build does. */
  private static String build() {
    try {
      Path code =
          Path.of(Converter.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Converter.class.getPackage().getImplementationVersion()
          + " "
          + Files.getLastModifiedTime(code);
    } catch (IOException | URISyntaxException e) {
      return String.valueOf(Converter.class.getPackage().getImplementationVersion());
    }
  }

  private OnnxCache() {}
}
