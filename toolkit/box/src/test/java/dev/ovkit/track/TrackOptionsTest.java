package dev.ovkit.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrackOptionsTest {

  @Test
  void optionsThatCannotWorkAreRefused() {
    TrackOptions options = TrackOptions.defaults();
    assertThatThrownBy(() -> options.withScores(0.7f, 0.6f, 0.7f))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "scores of a tracker: weak 0.7, sure 0.6, starting 0.7; expected them in rising order");
    assertThatThrownBy(() -> options.withOverlaps(1.5, 0.5, 0.3))
        .hasMessage("overlap with a sure box: 1.5, expected a number from 0 to 1");
    assertThatThrownBy(() -> options.withOverlaps(0.2, Double.NaN, 0.3))
        .hasMessage("overlap with a weak box: NaN, expected a number from 0 to 1");
    assertThatThrownBy(() -> options.withKeptFrames(-1))
        .hasMessage("frames that a lost track is kept: -1, expected 0 or more");
  }

  @Test
  void aDetectorsThresholdSeparatesSureFromWeak() {
    DetectorSpec spec =
        new DetectorSpec(
            64,
            64,
            Colour.RGB,
            Resize.LETTERBOX,
            new FlatColumns("output", 1),
            List.of(),
            0.35f,
            0.45f);
    DetectOptions unset = DetectOptions.defaults();
    assertThat(TrackOptions.lowered(unset).confidence()).contains(0.1f);
    TrackOptions options = TrackOptions.of(spec, unset);
    assertThat(options.weakScore()).isEqualTo(0.1f);
    assertThat(options.sureScore()).isEqualTo(0.35f);
    assertThat(options.startScore()).isEqualTo(0.35f);

    DetectOptions asked = unset.withConfidence(0.5f).withAgnostic(true);
    assertThat(TrackOptions.of(spec, asked).sureScore()).isEqualTo(0.5f);
    assertThat(TrackOptions.of(spec, asked).agnostic()).isTrue();

    DetectOptions low = unset.withConfidence(0.05f);
    assertThat(TrackOptions.lowered(low).confidence()).contains(0.05f);
    assertThat(TrackOptions.of(spec, low).weakScore()).isEqualTo(0.05f);
    assertThat(TrackOptions.of(spec, low).sureScore()).isEqualTo(0.05f);
  }
}
