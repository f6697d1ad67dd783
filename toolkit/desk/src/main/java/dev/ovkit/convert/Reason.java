package dev.ovkit.convert;

/** Why a conversion decided as it did, in the words that are printed. */
enum Reason {
  ASKED("as asked"),
  GIVEN("as given"),
  /** A family's own words. */
  FAMILY("%s"),

  ASKED_WHERE_OPEN("as asked; the model leaves it open (%s)"),
  OPEN_BATCH("the model leaves it open (%s); one picture at a time; --input-shape sets another"),
  OPEN_SIZE("the model leaves it open (%s); the usual size; --input-shape sets another"),
  OPEN_SIZE_NOTED(
      "the model leaves it open (%s); the size that the exporter noted; --input-shape sets another"),

  USUAL_INPUT("pictures go in as f32 planes of BGR or RGB, one at a time"),
  SWAPS_INSIDE("the graph reverses the channels itself (%s)"),
  GREY("the model takes one channel, which is the same for BGR and RGB"),
  BYTES_INSIDE("the graph takes 0..255 and scales it itself (%s)"),
  UNIT_INSIDE("the graph takes 0..1 and normalises it itself (%s)"),
  ASKED_BESIDE("as asked, beside what the graph does itself (%s)"),

  COLUMNS_ASKED("as asked: one output [1,4+classes,N], decoded in the graph"),
  LAZY_ASKED(
      "as asked: objectness and feature map of each head; ovkit alone computes boxes from them, where the objectness passes"),
  NOT_RECOGNISED("not recognised as a detector: %s"),
  NOT_A_WHOLE_DETECTOR("these outputs are not a whole detector; infer cannot read boxes from them"),
  EXACT("exact; --no-rewrite turns them off"),

  LABELS_NOTED("the exporter noted them"),
  LABELS_MISFIT(
      "the exporter noted %s names, but the model has %s classes; --labels FILE gives the right ones"),
  LABELS_WITH_GAPS(
      "the exporter's names have gaps or are not spelled as a list; --labels FILE gives them"),
  NO_LABELS("the model carries none; --labels FILE gives them"),
  THRESHOLD_NOTED("the exporter noted this threshold"),

  SIMPLIFIED_TO_RECOGNISE("it was not recognised as a detector without"),
  SIMPLIFIER_FAILED("not recognised, and onnxsim cannot help: %s"),
  SIMPLIFIED_IN_VAIN("not recognised, nor is what onnxsim makes of it"),

  KERNELS_MEASURED("time over that of OpenVINO's own choice, measured in turn on this CPU: %s"),

  MO_LEAVES_NO_CHOICE("mo 2024.6 leaves no choice here, and results do not change"),
  NOT_ASKED_OF_MO("not asked for; left to who loads the IR"),
  MO_REFUSED("%s"),
  MO_MADE_ANOTHER(
      "what mo made has other inputs or outputs than ovkit would have made of these words"),
  MO_MADE_NO_DETECTOR("not recognised as a detector, or these outputs are not a whole one");

  private final String phrase;

  Reason(String phrase) {
    this.phrase = phrase;
  }

  String words(Object... details) {
    return details.length == 0 ? phrase : phrase.formatted(details);
  }
}
