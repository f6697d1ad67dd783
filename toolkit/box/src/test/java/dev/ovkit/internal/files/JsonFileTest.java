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
  @ValueSource(strings = {"[1]", "3", "null"})
  void anything_but_an_object_is_refused(String text) {
    assertThatThrownBy(() -> JsonFile.parse(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessage("not a JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"a\":1,\"a\":2}", "{\"a\":}"})
  void what_is_no_json_is_refused_with_its_line(String text) {
    assertThatThrownBy(() -> JsonFile.parse(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessage("not valid JSON (line 1)");
  }

  @Test
  void a_field_of_another_type_is_said_in_words() throws IOException {
    JsonObject object =
        JsonObject.parse("{\"a\": 7, \"b\": [1, \"x\"]}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> object.text("a")).hasMessage("it has 7 for \"a\", expected a text");
    assertThatThrownBy(() -> object.numbers("b"))
        .hasMessage("it has [1, x] for \"b\", expected a list of numbers");
    assertThatThrownBy(() -> object.flag("c"))
        .hasMessage("it has nothing for \"c\", expected true or false");
    assertThat(object.integer("a", 1, 7)).isEqualTo(7);
    assertThatThrownBy(() -> object.integer("a", 1, 6))
        .hasMessage("it has 7 for \"a\", expected a number from 1 to 6");
  }

  @Test
  void a_missing_file_is_said() {
    assertThatThrownBy(() -> JsonFile.read(folder.resolve("none.json"))).hasMessage("no such file");
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
