package dev.ovkit.vision;

import dev.ovkit.ModelException;
import dev.ovkit.NativeCallException;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Model;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** An IR from any source: what its XML says, and how OpenVINO reads it. */
final class ModelSource {

  private final IrDescription description;
  private final Function<Core, Model> reading;

  private ModelSource(IrDescription description, Function<Core, Model> reading) {
    this.description = description;
    this.reading = reading;
  }

  /** OpenVINO opens files of the default file system only. */
  static ModelSource of(Path xml) {
    IrDescription description = IrDescription.read(xml);
    if (xml.getFileSystem().equals(FileSystems.getDefault())) {
      return new ModelSource(description, core -> core.readModel(xml));
    }
    try {
      byte[] text = Files.readAllBytes(xml);
      byte[] weights =
          Files.exists(description.weights())
              ? Files.readAllBytes(description.weights())
              : new byte[0];
      return new ModelSource(description, core -> core.readIr(text, ByteBuffer.wrap(weights)));
    } catch (IOException e) {
      throw new ModelException("%s: it cannot be read (%s)".formatted(xml, e.getMessage()), xml, e);
    }
  }

  static ModelSource of(URL xml) {
    String name = xml.toString();
    if (!name.endsWith(".xml")) {
      throw new ModelException("%s: expected the .xml of an OpenVINO IR".formatted(name));
    }
    String file = xml.getFile();
    try {
      return of(
          name,
          read(xml),
          read(
              new URL(
                  xml.getProtocol(),
                  xml.getHost(),
                  xml.getPort(),
                  file.substring(0, file.length() - ".xml".length()) + ".bin")));
    } catch (FileNotFoundException e) {
      throw new ModelException(
          "%s: the .xml or the .bin beside it is missing (%s)".formatted(name, e.getMessage()), e);
    } catch (IOException e) {
      throw new ModelException("%s: it cannot be read (%s)".formatted(name, e.getMessage()), e);
    }
  }

  static ModelSource of(String name, byte[] xml, byte[] weights) {
    return new ModelSource(
        IrDescription.read(name, xml, weights), core -> core.readIr(xml, ByteBuffer.wrap(weights)));
  }

  private static byte[] read(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    // A jar in the cache of connections stays open after its class loader is closed.
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      return in.readAllBytes();
    }
  }

  IrDescription description() {
    return description;
  }

  Model read(Core core) {
    try {
      return reading.apply(core);
    } catch (NativeCallException e) {
      throw new ModelException(
          "%s: OpenVINO %s %s; it is damaged or from another version: convert the model again"
              .formatted(
                  description.xml(),
                  Core.version(),
                  e.getMessage().replace("read " + description.xml(), "read it")),
          e);
    }
  }
}
