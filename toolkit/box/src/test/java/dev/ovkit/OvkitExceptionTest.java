package dev.ovkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.OvkitException.Kind;
import dev.ovkit.bundle.BundleException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a program may decide by: the kind and the file, whatever the cause is. */
class OvkitExceptionTest {

  private static final Path FILE = Path.of("signing.key");

  @Test
  void aBundleThatWasCheckedIsNotLikeOneThatIsNotThere() {
    BundleException damaged = BundleException.unreadable("x", FILE, new IOException("broken"));
    BundleException missing = BundleException.unreadable("x", FILE, new NoSuchFileException("y"));
    assertThat(damaged.kind()).isEqualTo(Kind.CHECK_FAILED);
    assertThat(missing.kind()).isEqualTo(Kind.FAILED);
    assertThat(missing.file()).hasValue(FILE);
    assertThat(new BundleException("x", new NoSuchFileException("y")).kind())
        .as("a cause decides nothing")
        .isEqualTo(Kind.CHECK_FAILED);
  }

  @Test
  void otherWordsAreTheSameFact() {
    BundleException named =
        BundleException.unreadable("x", FILE, new NoSuchFileException("y")).withMessage("z");
    assertThat(named).hasMessage("z");
    assertThat(named.reason()).isEqualTo(BundleException.Reason.MISSING);
    assertThat(named.file()).hasValue(FILE);
  }

  @Test
  void aFileIsNamedOnce() {
    PictureException error = new PictureException("x");
    error.about(FILE);
    error.about(Path.of("other"));
    assertThat(error.file()).hasValue(FILE);
  }

  @Test
  void ofAMessageThatQuotesAWholeFileBeginningAndEndAreLeft() {
    ModelException error =
        new ModelException("a.json: it has %s; write it again".formatted("x".repeat(300_000)));
    assertThat(error.getMessage())
        .startsWith("a.json: it has xxx")
        .contains("characters are left out")
        .endsWith("xxx; write it again")
        .hasSizeLessThan(4000);
  }

  @Test
  void everyOtherErrorHasOneKind() {
    assertThat(new ModelException("x").kind()).isEqualTo(Kind.FAILED);
    assertThat(new OptionException("x").kind()).isEqualTo(Kind.WRONG_OPTION);
    assertThat(new RuntimeUnavailableException("x").kind()).isEqualTo(Kind.RUNTIME_UNAVAILABLE);
    assertThat(OutputException.of(FILE, new IOException("full")).file()).hasValue(FILE);
    assertThat(new ModelException("x").file()).isEmpty();
  }
}
