package dev.ovkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Masks are coded as COCO does it: the texts and figures here are pycocotools 2.0.11's. */
class MaskTest {

  private static final String DISC =
      "Rm01d1>G4L4L4L4M2N2N2N2N2O0O2O0O2O0O2O0O2O00000000000O20N1000000000001N101N101N101N101N2N2N2N2N3L4L4L4L9BQo1";
  private static final String RING =
      "`R21e1<H4L4L4M2N2N2N2O0O2O0O_OYO0f0M@0?OE0:OH080H08OJ060J060J050M030K060J060J061H080H081F0;1A0`03ZO0g0a0101N101N2N2N2N3L4L4L8DZ\\1";

  private static Mask drawn(String... rows) {
    int width = rows[0].length();
    byte[] pixels = new byte[width * rows.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (rows[i / width].charAt(i % width) == '#' ? 1 : 0);
    }
    return Mask.of(width, rows.length, 0, 0, width, rows.length, pixels);
  }

  /** Of 100x60 pixels, those so far from a point. */
  private static Mask ring(int centreX, int centreY, int from, int to) {
    byte[] pixels = new byte[6000];
    for (int i = 0; i < pixels.length; i++) {
      int x = i % 100 - centreX;
      int y = i / 100 - centreY;
      int square = x * x + y * y;
      pixels[i] = (byte) (square > from * Math.abs(from) && square <= to * to ? 1 : 0);
    }
    return Mask.of(100, 60, 0, 0, 100, 60, pixels);
  }

  @Test
  void runsGoDownTheColumnsAndBeginWithZeros() {
    Mask mask = drawn("..##...", ".####..", "#####.#", ".##..##", "......#");
    assertThat(mask.counts()).containsExactly(2, 1, 3, 3, 1, 4, 1, 3, 3, 2, 5, 1, 3, 3);
    assertThat(mask.compressed()).isEqualTo("2132N10O2O2ON2");
    assertThat(mask.area()).isEqualTo(17);
    assertThat(mask.bounds()).isEqualTo(new Box(0, 0, 7, 5));
    assertThat(drawn("##", "##").counts()).containsExactly(0, 4);
    assertThat(drawn("..", "..").counts()).containsExactly(4);
    assertThat(drawn("..", "..").bounds()).isEqualTo(new Box(0, 0, 0, 0));
  }

  @Test
  void textsAndFiguresArePycocotools() {
    Mask disc = ring(40, 30, -1, 25);
    Mask ring = ring(55, 28, 8, 20);
    assertThat(disc.compressed()).isEqualTo(DISC);
    assertThat(ring.compressed()).isEqualTo(RING);
    assertThat(Mask.parse(100, 60, DISC)).isEqualTo(disc).hasSameHashCodeAs(disc);
    assertThat(Mask.parse(100, 60, RING)).isEqualTo(ring).isNotEqualTo(disc);
    assertThat(disc.area()).isEqualTo(1961);
    assertThat(ring.area()).isEqualTo(1060);
    assertThat(disc.iou(ring)).isCloseTo(0.3049676, within(1e-7));
    assertThat(disc.bounds()).isEqualTo(new Box(15, 5, 51, 51));
    assertThat(ring.bounds()).isEqualTo(new Box(35, 8, 41, 41));
  }

  @Test
  void whatIsCodedIsDecoded() {
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      int width = 1 + random.nextInt(40);
      int height = 1 + random.nextInt(40);
      int left = random.nextInt(width);
      int top = random.nextInt(height);
      int columns = random.nextInt(width - left + 1);
      int rows = random.nextInt(height - top + 1);
      byte[] part = new byte[columns * rows];
      byte[] whole = new byte[width * height];
      int share = 1 + random.nextInt(9);
      for (int i = 0; i < part.length; i++) {
        part[i] = (byte) (random.nextInt(10) < share ? 1 : 0);
        whole[(top + i / columns) * width + left + i % columns] = part[i];
      }
      Mask mask = Mask.of(width, height, left, top, columns, rows, part);
      assertThat(mask.pixels()).isEqualTo(whole);
      assertThat(Mask.parse(width, height, mask.compressed())).isEqualTo(mask);
      assertThat(Mask.of(width, height, mask.counts())).isEqualTo(mask);
      Mask other = Mask.of(width, height, 0, 0, width, height, shuffled(whole, random));
      int both = 0;
      byte[] its = other.pixels();
      for (int i = 0; i < whole.length; i++) {
        both += whole[i] & its[i];
      }
      assertThat(mask.intersection(other)).isEqualTo(both);
      assertThat(mask.iou(mask)).isEqualTo(mask.area() == 0 ? 0 : 1);
    }
  }

  private static byte[] shuffled(byte[] pixels, Random random) {
    byte[] other = pixels.clone();
    for (int i = 0; i < other.length; i++) {
      if (random.nextInt(4) == 0) {
        other[i] = (byte) random.nextInt(2);
      }
    }
    return other;
  }

  @Test
  void whatIsNoMaskIsRefused() {
    assertThatThrownBy(() -> Mask.of(4, 4, new int[] {3, 4}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the runs of a mask of 4x4 cover 7 pixels");
    assertThatThrownBy(() -> Mask.of(4, 4, new int[] {8, 0, 8}))
        .hasMessage("run 1 of a mask has 0 pixels");
    assertThatThrownBy(() -> Mask.parse(4, 4, "8\u00e9"))
        .hasMessage("the counts of a mask are not in COCO's compressed form");
    assertThatThrownBy(() -> Mask.parse(4, 4, "PP"))
        .hasMessage("the counts of a mask are not in COCO's compressed form");
    assertThatThrownBy(() -> drawn("##").intersection(drawn("#", "#")))
        .hasMessage("masks of 2x1 and 1x2 cannot be compared");
    assertThatThrownBy(() -> Mask.of(4, 4, 2, 0, 3, 1, new byte[3]))
        .hasMessage("3x1 pixels at 2,0 do not fit a picture of 4x4");
  }
}
