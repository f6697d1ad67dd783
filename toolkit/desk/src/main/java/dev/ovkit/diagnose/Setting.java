package dev.ovkit.diagnose;

/** One thing that can be wrong about how an IR is fed and read. */
public enum Setting {
  COLOUR("channel order"),
  RANGE("scale and mean"),
  RESIZE("letterbox"),
  PAD("pad value"),
  SIZE("input size"),
  ARRANGEMENT("input layout"),
  LAYOUT("output layout"),
  ROWS("order of the rows"),
  HEADS("order of the heads"),
  ANCHORS("anchors"),
  DECODING("grid and anchors"),
  SIGMOID("sigmoid"),
  BOX("box columns"),
  SCORE("score"),
  CLASSES("class numbers"),
  LABELS("labels"),
  THRESHOLDS("thresholds");

  private final String title;

  Setting(String title) {
    this.title = title;
  }

  /** Returns its name for people. */
  public String title() {
    return title;
  }
}
