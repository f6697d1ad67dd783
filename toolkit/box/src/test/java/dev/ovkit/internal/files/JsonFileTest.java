package dev.ovkit.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFileTest {

  @TempDir Path folder;

  @Test
  void what_was_written_is_read_again_in_the_same_order() throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", "Größe \"1\"");
    object.put("count", 3);
    object.put("of", List.of(1.5, true, Map.of("a", List.of())));
    Path file = folder.resolve("x.json");
    JsonFile.write(file, object);
    assertThat(JsonFile.read(file)).isEqualTo(object);
    assertThat(JsonFile.read(file).keySet()).containsExactly("name", "count", "of");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1]", "3", "{\"a\":1,\"a\":2}", "{\"a\":}", "null"})
  void anything_but_an_object_is_refused(String text) {
    assertThatThrownBy(() -> JsonFile.parse(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessage("not a JSON object");
  }

  @Test
  void a_failed_write_leaves_the_old_file() throws IOException {
    Path file = folder.resolve("x.json");
    JsonFile.write(file, Map.of("a", 1));
    Path blocked = Files.createDirectory(folder.resolve(".x.json.part"));
    Files.createFile(blocked.resolve("y"));
    assertThatThrownBy(() -> JsonFile.write(file, Map.of("a", 2))).isInstanceOf(IOException.class);
    assertThat(JsonFile.read(file)).isEqualTo(Map.of("a", 1));
  }
}
