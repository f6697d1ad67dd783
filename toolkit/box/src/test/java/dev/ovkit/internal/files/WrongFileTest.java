package dev.ovkit.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrongFileTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "https://x.org/a.onnx, is a URL; download the file first",
    "rtsp://10.0.0.1/stream, is a URL; download the file first",
    "-, 'would be standard input, which is not read; give a file'",
    "/dev/zero, 'is a pipe or a device, not a regular file; give a file'",
  })
  void whatIsNoFileIsNamed(String text, String expected) {
    assertThat(WrongFile.of(Path.of(text))).contains(expected);
  }

  @Test
  void otherModelFormatsAreKnownByTheirBytesOrName() throws IOException {
    assertThat(model("m.tflite", "\u001c\0\0\0TFL3")).startsWith("is a TensorFlow Lite model;");
    assertThat(model("m.onnx", "PK\u0003\u0004.."))
        .startsWith("is a PyTorch checkpoint or another");
    assertThat(model("m.h5", "\u0089HDF\r\n")).startsWith("is a Keras or HDF5 file;");
    assertThat(model("best.pt", "")).startsWith("is named as a PyTorch checkpoint;");
  }

  @Test
  void modelsAndMissingFilesAreLeftToTheirReaders() throws IOException {
    assertThat(model("m.xml", "<?xml version='1.0'?><net/>")).isEmpty();
    assertThat(model("m.onnx", "\b\b\u0012\u0007pytorch")).isEmpty();
    assertThat(WrongFile.model(temp.resolve("missing.onnx"))).isEmpty();
    assertThat(WrongFile.model(temp)).isEmpty();
  }

  private String model(String name, String bytes) throws IOException {
    Path file = temp.resolve(name);
    Files.write(file, bytes.getBytes(StandardCharsets.ISO_8859_1));
    return WrongFile.model(file).orElse("");
  }
}
