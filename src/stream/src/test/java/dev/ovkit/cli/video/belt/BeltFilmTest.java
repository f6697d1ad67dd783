package dev.ovkit.cli.video.belt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drawn belt and its truth. */
@Tag("integration")
class BeltFilmTest {

  @TempDir Path temp;

  private String truth(long seed, String name) throws IOException {
    Path truth = temp.resolve(name + ".csv");
    BeltFilm.Written written = new BeltFilm(2, seed).write(temp.resolve(name + ".mp4"), truth);
    assertThat(written.counts().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(2);
    return Files.readString(truth);
  }

  @Test
  void theSameSeedIsTheSameBelt() throws IOException {
    String first = truth(1, "first");
    assertThat(truth(1, "second")).isEqualTo(first);
    assertThat(truth(2, "third")).isNotEqualTo(first);
    // Each part comes in whole to the right of the middle, and goes out on the left of it.
    for (String part : List.of("1", "2")) {
      double[] middles =
          first
              .lines()
              .skip(1)
              .map(row -> row.split(","))
              .filter(row -> row[1].equals(part))
              .mapToDouble(row -> Double.parseDouble(row[3]) + Double.parseDouble(row[5]) / 2)
              .toArray();
      assertThat(middles[0]).isGreaterThan(BeltFilm.WIDTH / 2.0);
      assertThat(middles[middles.length - 1]).isLessThan(BeltFilm.WIDTH / 2.0);
    }
  }

  @Test
  void whatLiesUnderAnotherPartIsNotInItsBox() {
    Random random = new Random(3);
    Lamp lamp = Lamp.random(random);
    PartSprite sprite = PartSprite.draw(PartKind.GEAR, 1, lamp, random);
    BeltPart below = new BeltPart(1, sprite, 100, 50);
    BeltPart above = new BeltPart(2, sprite, 100 + sprite.width() / 2, 50);
    BeltPart.View whole = below.between(0, 1000).orElseThrow();
    assertThat(whole.share()).isEqualTo(1);
    assertThat(whole.box().x()).isGreaterThanOrEqualTo(100);
    double hidden = below.hiddenUnder(above);
    below.coverBy(above);
    BeltPart.View left = below.between(0, 1000).orElseThrow();
    assertThat(left.share()).isEqualTo(1 - hidden, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(left.share()).isBetween(0.2, 0.9);
    assertThat(above.between(0, 1000).orElseThrow().share()).isEqualTo(1);
    // Beyond the edge of the picture there is nothing.
    assertThat(below.between(100 + sprite.width(), 1000)).isEqualTo(Optional.empty());
    BeltPart.View half = below.between(100 + sprite.width() / 4, 1000).orElseThrow();
    assertThat(half.box().x()).isZero();
    assertThat(half.share()).isLessThan(left.share());
  }
}
