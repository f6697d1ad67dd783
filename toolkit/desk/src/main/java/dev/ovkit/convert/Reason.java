package dev.ovkit.convert;

import dev.ovkit.convert.Decision.Origin;

/** Why a conversion decided as it did, in the words that are printed. */
enum Reason {
  ASKED(Origin.FLAG, "as asked"),
  GIVEN(Origin.FLAG, "as given"),
  /** What a family found in a graph, in its words. */
  FOUND(Origin.GRAPH, "%s"),
  /** How a family does it, in its words. */
  FAMILY(Origin.CONVENTION, "%s"),

  ASKED_WHERE_OPEN(Origin.FLAG, "as asked; the model leaves it open (%s)"),
  OPEN_BATCH(
      Origin.CONVENTION,
      "the model leaves it open (%s); one picture at a time; --input-shape sets another"),
  OPEN_SIZE(
      Origin.CONVENTION,
      "the model leaves it open (%s); the usual size; --input-shape sets another"),
  OPEN_SIZE_NOTED(
      Origin.METADATA,
      "the model leaves it open (%s); the size that the exporter noted; --input-shape sets another"),

  USUAL_INPUT(Origin.GRAPH, "pictures go in as f32 planes of BGR or RGB, one at a time"),
  SWAPS_INSIDE(Origin.GRAPH, "the graph reverses the channels itself (%s)"),
  GREY(Origin.GRAPH, "the model takes one channel, which is the same for BGR and RGB"),
  BYTES_INSIDE(Origin.GRAPH, "the graph takes 0..255 and scales it itself (%s)"),
  UNIT_INSIDE(Origin.GRAPH, "the graph takes 0..1 and normalises it itself (%s)"),
  RESIZED_INSIDE(
      Origin.CONVENTION,
      "the graph resizes the picture itself (%s), and is taken to map its boxes back"),
  ASKED_BESIDE(Origin.FLAG, "as asked, beside what the graph does itself (%s)"),

  COLUMNS_ASKED(Origin.FLAG, "as asked: one output [1,4+classes,N], decoded in the graph"),
  LAZY_ASKED(
      Origin.FLAG,
      "as asked: objectness and feature map of each head; ovkit alone computes boxes from them, where the objectness passes"),
  NOT_RECOGNISED(Origin.GRAPH, "not recognised as a detector: %s"),
  NOT_A_WHOLE_DETECTOR(
      Origin.GRAPH, "these outputs are not a whole detector; infer cannot read boxes from them"),
  EXACT(Origin.GRAPH, "exact; --no-rewrite turns them off"),

  LICENCE_NOTED(Origin.METADATA, "the exporter noted it"),
  LABELS_NOTED(Origin.METADATA, "the exporter noted them"),
  LABELS_MISFIT(
      Origin.METADATA,
      "the exporter noted %s names, but the model has %s classes; --labels FILE gives the right ones"),
  LABELS_WITH_GAPS(
      Origin.METADATA,
      "the exporter's names have gaps or are not spelled as a list; --labels FILE gives them"),
  NO_LABELS(Origin.METADATA, "the model carries none; --labels FILE gives them"),
  THRESHOLD_NOTED(Origin.METADATA, "the exporter noted this threshold"),

  SIMPLIFIED_TO_RECOGNISE(Origin.GRAPH, "it was not recognised as a detector without"),
  SIMPLIFIER_FAILED(Origin.GRAPH, "not recognised, and onnxsim cannot help: %s"),
  SIMPLIFIED_IN_VAIN(Origin.GRAPH, "not recognised, nor is what onnxsim makes of it"),

  KERNELS_MEASURED(
      Origin.MEASUREMENT,
      "time over that of OpenVINO's own choice, measured in turn on this CPU: %s"),

  MO_LEAVES_NO_CHOICE(Origin.FLAG, "mo 2024.6 leaves no choice here, and results do not change"),
  NOT_ASKED_OF_MO(Origin.FLAG, "not asked for; left to who loads the IR"),
  MO_REFUSED(Origin.FLAG, "%s"),
  MO_MADE_ANOTHER(
      Origin.GRAPH,
      "what mo made has other inputs or outputs than ovkit would have made of these words"),
  MO_MADE_NO_DETECTOR(
      Origin.GRAPH, "not recognised as a detector, or these outputs are not a whole one");

  private final Origin origin;
  private final String phrase;

  Reason(Origin origin, String phrase) {
    this.origin = origin;
    this.phrase = phrase;
  }

  Origin origin() {
    return origin;
  }

  String words(Object... details) {
    return details.length == 0 ? phrase : phrase.formatted(details);
  }
}
