package dev.ovkit.pack;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.ir.IrDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A repository for OpenVINO Model Server: the IR below {@code models/NAME/1}, and the {@code
 * config.json} that serves it.
 *
 * @param folder the whole
 * @param config the file that the server is started with
 * @param model the .xml in it
 */
public record ModelRepository(Path folder, Path config, Path model) {

  /** Where the server must see {@link #folder}, for its configuration names absolute paths. */
  public static final String MOUNTED_AT = "/workspace";

  private static final String MODELS = "models";

  /**
   * Writes a repository.
   *
   * @param name by which clients ask for the model
   * @param target the folder, which must not be there yet
   * @throws dev.ovkit.ModelException when the IR is missing or damaged
   */
  public static ModelRepository write(Path ir, String name, Path target) {
    PackageOptions.requireName(name);
    IrDescription description = IrDescription.read(ir);
    try (StagingFolder staging = StagingFolder.beside(target)) {
      Path whole = Files.createDirectory(staging.resolve("repository"));
      Path version = Files.createDirectories(whole.resolve(MODELS).resolve(name).resolve("1"));
      Files.copy(description.xml(), version.resolve("model.xml"));
      Files.copy(description.weights(), version.resolve("model.bin"));
      Map<String, Object> model =
          Map.of("name", name, "base_path", "%s/%s/%s".formatted(MOUNTED_AT, MODELS, name));
      JsonFile.write(
          whole.resolve("config.json"),
          Map.of("model_config_list", List.of(Map.of("config", new java.util.TreeMap<>(model)))));
      staging.publish(whole);
    } catch (IOException e) {
      throw OutputException.of(target, e);
    }
    return new ModelRepository(
        target,
        target.resolve("config.json"),
        target.resolve(MODELS).resolve(name).resolve("1/model.xml"));
  }
}
