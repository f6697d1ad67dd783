package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.ir.WeightPrecision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How mo's words are read; nothing runs. */
class MoCommandLineTest {

  private static final String SEED =
      "--input_model PPLcnet-yolo.onnx -s 255 --data_type FP16 --reverse_input_channels --output"
          + " Conv_462,Conv_478,Conv_494";

  @Test
  void theSeedIsSaidInTheWordsOfEachBackEnd() {
    MoCommandLine.Equivalents same = parse(SEED).equivalents();
    String options =
        " --scale 255 --data-type FP16 --reverse-input-channels --output"
            + " Conv_462,Conv_478,Conv_494";
    assertThat(same.nativeCommand()).isEqualTo("ovkit convert PPLcnet-yolo.onnx" + options);
    assertThat(same.ovcCommand())
        .isEqualTo("ovkit convert --backend ovc PPLcnet-yolo.onnx" + options);
    assertThat(same.moCommand())
        .isEqualTo(
            "mo --input_model PPLcnet-yolo.onnx --scale 255 --compress_to_fp16=True"
                + " --reverse_input_channels --output Conv_462,Conv_478,Conv_494");
    assertThat(same.onlyMo()).isEmpty();
  }

  @Test
  void whatMoAloneCanSayIsNamed() {
    MoCommandLine.Equivalents same =
        parse("-w ab.onnx -n x --layout nhwc->nchw --data_type float").equivalents();
    assertThat(same.onlyMo()).containsExactly("--layout");
    assertThat(same.moCommand())
        .isEqualTo(
            "mo --input_model ab.onnx --model_name x --layout 'nhwc->nchw'"
                + " --compress_to_fp16=False");
    assertThat(same.nativeCommand())
        .isEqualTo(
            "ovkit convert ab.onnx --scale 1 --data-type FP32 --no-reverse-input-channels --output"
                + " none --model-name x");
  }

  @Test
  void theEquivalentAsksForWhatTheWordsAskFor() {
    ConvertOptions same = parse(SEED).equivalent();
    assertThat(same.scale()).contains(List.of(255f));
    assertThat(same.reverseChannels()).contains(true);
    assertThat(same.dataType()).isEqualTo(WeightPrecision.FP16);
    assertThat(same.outputs())
        .isEqualTo(new Outputs.Named(List.of("Conv_462", "Conv_478", "Conv_494")));
    assertThat(same.name()).isEqualTo("PPLcnet-yolo");
    assertThat(same.rewrite()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-m m.onnx --reverse_input --scale_values (1,2,3) | 1,2,3 | true",
        "-m m.onnx --scale_values images[1,2,3] --reverse_input_channels=True | 1,2,3 | true",
        "--input_model=m.onnx -s255 --reverse_input_channels false | 255 | false",
      })
  void abbreviationsBracketsAndNamesAreReadAsMoReadsThem(
      String words, String scale, boolean reverse) {
    ConvertOptions same = parse(words).equivalent();
    assertThat(same.scale())
        .contains(List.of(scale.split(",")).stream().map(Float::valueOf).toList());
    assertThat(same.reverseChannels()).contains(reverse);
  }

  @Test
  void moRunsElsewhereSoItGetsTheWholePathAndNoFolder() {
    List<String> words = parse("-m m.onnx -o out --data_type half -b 1 --disable_fusing").forMo();
    assertThat(words.get(0)).startsWith("--input_model=/").endsWith("/m.onnx");
    assertThat(words.subList(1, words.size()))
        .containsExactly("--batch=1", "--compress_to_fp16=False");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "-s 255 | mo: --input_model is missing; expected a command line such as mo --input_model"
            + " PPLcnet-yolo.onnx",
        "m.onnx | mo: 'm.onnx' belongs to no option; expected a command line such as ",
        "-m m.onnx --revers_input_chanels | mo has no option '--revers_input_chanels'; did you mean"
            + " --reverse_input_channels?",
        "-m m.onnx --frobnicate 3 | mo has no option '--frobnicate'; see 'ovkit mo --help'",
        "-m m.onnx --scale | mo: --scale needs a value",
        "-m m.onnx --in 3 | mo: --in is short for --input_model, --input, --input_shape,"
            + " --input_model_is_text, --input_checkpoint, --input_meta_graph, --input_proto,"
            + " --input_symbol; write it out",
        "-m m.onnx -s 2 --scale_values 1,2,3 | mo: --scale and --scale_values cannot be combined;"
            + " give one",
        "-m m.onnx --data_type INT8 | mo: --data_type INT8: expected FP16, half, FP32 or float",
        "-m m.onnx --data_type FP16 --compress_to_fp16 | mo: --data_type and --compress_to_fp16"
            + " mean the same; give one",
        "-m m.onnx --framework tf | mo: --framework tf: ovkit converts ONNX",
        "-m m.onnx --saved_model_dir d | mo: --saved_model_dir does not apply to an ONNX model;"
            + " leave it out",
        "-m m.onnx --use_legacy_frontend | mo: --use_legacy_frontend asks for the old frontend or"
            + " IR",
        "-m m.onnx --reverse_input_channels maybe | mo: --reverse_input_channels maybe: expected"
            + " True or False",
        "-m m.onnx --static_shape=1 | mo: --static_shape takes no value, not '1'",
      })
  void aWrongWordIsAnsweredWithWhatWasExpected(String words, String message) {
    assertThatThrownBy(() -> parse(words))
        .isInstanceOf(OptionException.class)
        .hasMessageStartingWith(message);
  }

  private static MoCommandLine parse(String words) {
    return MoCommandLine.parse(List.of(words.split(" ")));
  }
}
