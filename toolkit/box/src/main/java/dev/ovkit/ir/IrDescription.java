package dev.ovkit.ir;

import dev.ovkit.ModelException;
import dev.ovkit.internal.files.Sha256;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an OpenVINO IR says about itself, read from its XML without OpenVINO.
 *
 * @param xml the file
 * @param weights the .bin beside it
 * @param memory the bytes of the .bin where the IR is in memory; {@code xml} and {@code weights}
 *     are then names only, for messages
 * @param weightsBytes the length of the .bin
 * @param constantsEnd where in the .bin the last constant of the graph ends
 * @param version of the IR format, such as 11
 * @param inputs in the order of the file
 * @param outputs in the order of the file, which need not be the order of the strides
 * @param outputOrigins for each output the kinds of operation that compute its numbers, seen
 *     through those that only move them
 * @param operations how many of each kind there are, constants included
 * @param constantBytes bytes of constants by element type
 * @param info {@code rt_info} (and, in old IRs, {@code meta_data}), flattened: {@code
 *     model_info/labels}
 */
public record IrDescription(
    Path xml,
    Path weights,
    Optional<ByteBuffer> memory,
    long weightsBytes,
    long constantsEnd,
    int version,
    List<TensorDescription> inputs,
    List<TensorDescription> outputs,
    List<List<String>> outputOrigins,
    SortedMap<String, Integer> operations,
    SortedMap<String, Long> constantBytes,
    SortedMap<String, String> info) {

  /** The section of {@code rt_info} that is ovkit's. */
  public static final String OVKIT = "ovkit";

  public IrDescription {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    outputOrigins = List.copyOf(outputOrigins);
    operations = Collections.unmodifiableSortedMap(new TreeMap<>(operations));
    constantBytes = Collections.unmodifiableSortedMap(new TreeMap<>(constantBytes));
    info = Collections.unmodifiableSortedMap(new TreeMap<>(info));
  }

  /**
   * Reads an IR's XML and checks that the .bin beside it is the one it was written with: there, as
   * long as recorded, and long enough for every constant.
   *
   * @throws ModelException when the file is missing, cut, not an IR, or does not fit its .bin
   */
  public static IrDescription read(Path xml) {
    try {
      return IrXml.read(xml);
    } catch (ModelException e) {
      e.about(xml);
      throw e;
    }
  }

  /**
   * Reads an IR that is in memory, with the same checks.
   *
   * @param name what messages call it
   * @param xml the bytes of its .xml
   * @param weights the bytes of its .bin, which must not change
   * @throws ModelException when it is cut, not an IR, or the two do not fit
   */
  public static IrDescription read(String name, byte[] xml, byte[] weights) {
    return IrXml.read(name, xml, ByteBuffer.wrap(weights).asReadOnlyBuffer());
  }

  /** Returns a file beside the .xml, if there is one; an IR in memory has none. */
  public Optional<Path> beside(String name) {
    return memory.isPresent()
        ? Optional.empty()
        : Optional.of(xml.resolveSibling(name)).filter(Files::isRegularFile);
  }

  /** Returns the last bytes of the .bin. */
  public ByteBuffer lastWeights(int count) throws IOException {
    long begin = weightsBytes - count;
    if (memory.isPresent()) {
      return memory.get().slice((int) begin, count);
    }
    try (InputStream in = Files.newInputStream(weights)) {
      in.skipNBytes(begin);
      byte[] bytes = in.readNBytes(count);
      if (bytes.length < count) {
        throw new EOFException("it ends early");
      }
      return ByteBuffer.wrap(bytes);
    }
  }

  /**
   * Returns the SHA-256 of the .bin, lower-case hex: as the IR has it in its metadata, else of the
   * file.
   *
   * @throws ModelException when the file cannot be read
   */
  public String weightsSha256() {
    String recorded = info.get(OVKIT + "/bin_sha256");
    if (recorded != null && recorded.matches("[0-9a-f]{64}")) {
      return recorded;
    }
    if (memory.isPresent()) {
      MessageDigest digest = Sha256.digest();
      digest.update(memory.get().duplicate());
      return Sha256.hex(digest.digest());
    }
    try {
      return Sha256.of(weights);
    } catch (IOException e) {
      throw new ModelException(
          "'%s' cannot be read (%s)".formatted(weights, e.getMessage()), weights, e);
    }
  }

  /** Returns a section of {@link #info} without its prefix; empty if there is none. */
  public SortedMap<String, String> section(String name) {
    SortedMap<String, String> section = new TreeMap<>();
    String prefix = name + "/";
    for (Map.Entry<String, String> entry : info.tailMap(prefix).entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      section.put(entry.getKey().substring(prefix.length()), entry.getValue());
    }
    return section;
  }

  /** Returns whether the Model API saved the model, with what a client would still do inside. */
  public boolean isEmbedded() {
    return isEmbedded(info.get("model_info/embedded_processing"));
  }

  static boolean isEmbedded(@Nullable String value) {
    return value != null && List.of("yes", "true").contains(value.strip().toLowerCase(Locale.ROOT));
  }
}
