package dev.ovkit.head;

/** What the four box numbers of a flat output mean. */
public enum BoxCoding {
  /** Centre and size in pixels of the network's input. */
  PIXELS,
  /**
   * YOLOv5 after the sigmoid, before grid and anchors: {@code (2v-0.5+cell)*stride, (2v)^2*anchor}.
   */
  YOLOV5_SIGMOID,
  /** YOLOX: {@code (v+cell)*stride, exp(v)*stride}. */
  YOLOX
}
