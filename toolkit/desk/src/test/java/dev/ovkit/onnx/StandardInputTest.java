package dev.ovkit.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.runtime.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every model gets the same form of input, or the reason why it cannot. */
class StandardInputTest {

  private static Sketch network(long batch, long channels, long... target) {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", batch, channels, 8, 8);
    String y = sketch.conv(x, (int) channels, 4);
    sketch.output(sketch.op("Reshape", List.of(y, sketch.longs(target))));
    return sketch;
  }

  @Test
  void aUsualModelStaysAsItIs() {
    OnnxModel model = network(1, 3, 1, 4, 64).model();
    StandardInput standard = StandardInput.of(model);
    assertThat(standard.model()).isSameAs(model);
    assertThat(standard.changes()).isEmpty();
  }

  @Test
  void aFixedBatchBecomesOnePicture() {
    StandardInput standard = StandardInput.of(network(4, 3, 4, 4, 64).model());
    assertThat(standard.changes()).containsExactly("a batch of 4 becomes 1");
    assertThat(standard.model().inputs().get(0).shape()).isEqualTo(Shape.of(1, 3, 8, 8));
    assertThat(standard.model().outputs().get(0).shape()).isEqualTo(Shape.of(1, 4, 64));
  }

  @Test
  void aBatchThatIsBuiltInIsRefused() {
    StandardInput standard = StandardInput.of(network(4, 3, 2, 8, 64).model());
    assertThat(standard.refusal())
        .hasValueSatisfying(why -> assertThat(why).contains("4 pictures"));
  }

  @Test
  void greyIsComputedFromColour() {
    StandardInput standard = StandardInput.of(network(1, 1, 1, 4, 64).model());
    assertThat(standard.grey()).isTrue();
    assertThat(standard.model().inputs().get(0).shape()).isEqualTo(Shape.of(1, 3, 8, 8));
  }
}
