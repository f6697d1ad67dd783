package dev.ovkit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.internal.text.OneLine;
import org.junit.jupiter.api.Test;

class OneLineTest {

  @Test
  void whatCouldDisturbATerminalIsReplaced() {
    assertThat(OneLine.of("a\u001b[2Jb\nc\u202ed\u2028e\ud800", 50)).isEqualTo("a�[2Jb�c�d�e�");
  }

  @Test
  void ordinaryTextInAnyScriptStays() {
    assertThat(OneLine.of("绿 色 🚀 été", 9)).isEqualTo("绿 色 🚀 été");
  }

  @Test
  void whatIsTooLongIsCutBetweenCharacters() {
    assertThat(OneLine.of("🚀".repeat(5000), 3)).isEqualTo("🚀🚀…");
    assertThat(OneLine.of("abc", 3)).isEqualTo("abc");
  }
}
