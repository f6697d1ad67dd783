package dev.ovkit.cli.video.config;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * A YAML file.
 *
 * @param environment what {@code ${NAME}} stands for
 */
record YamlSource(Path file, Map<String, String> environment) {

  /**
   * Reads it.
   *
   * @throws OptionException when it cannot be read, or is not well-formed; it shows no line of the
   *     file, because one may have a password
   */
  YamlValue read() {
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
      Node root = yaml.compose(new StringReader(text));
      if (root == null) {
        throw new OptionException("%s: the file is empty; expected cameras".formatted(file));
      }
      return new YamlValue(this, "the file", root);
    } catch (NoSuchFileException e) {
      throw new OptionException("%s: no such file".formatted(file), e);
    } catch (IOException e) {
      throw new OptionException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new OptionException(
          "%s:%d: not well-formed YAML: %s".formatted(file, line, e.getProblem()));
    } catch (YAMLException e) {
      throw new OptionException("%s: not well-formed YAML".formatted(file));
    }
  }

  String origin(Node node) {
    return "%s:%d".formatted(file, node.getStartMark().getLine() + 1);
  }

  /** Returns a path of the file, which counts from the file's own folder. */
  Path resolve(String path) {
    return file.resolveSibling(path);
  }
}
