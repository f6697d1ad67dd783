package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PythonNamesTest {

  @Test
  void aListAndADictionaryAreReadInPythonsSpellingAndInJsons() {
    assertThat(PythonNames.read("['a', \"b\"]")).containsExactly("a", "b");
    assertThat(PythonNames.read("{0: 'a', 1: 'b'}")).containsExactly("a", "b");
    assertThat(PythonNames.read("{\"0\": \"a\", \"1\": \"b\"}")).containsExactly("a", "b");
  }

  @Test
  void escapesAreUndone() {
    String rare = "\\" + "ud83d" + "\\" + "ude80";
    assertThat(PythonNames.read("['\\u7ea2', '\\xe9t\\xe9', '" + rare + "']"))
        .isEqualTo(List.of("红", "été", "🚀"));
    assertThat(PythonNames.read("['a\\nb', 'it\\'s', \"say \\\"x\\\"\", 'c\\\\d', '\\q']"))
        .containsExactly("a\nb", "it's", "say \"x\"", "c\\d", "q");
  }

  @Test
  void gapsAndOtherTextsGiveNoNames() {
    for (String text : List.of("{0: 'a', 2: 'c'}", "a, b", "['a', b]", "", "[0: 'a']")) {
      assertThat(PythonNames.read(text)).as(text).isEmpty();
    }
  }
}
