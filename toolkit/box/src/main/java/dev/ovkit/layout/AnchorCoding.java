package dev.ovkit.layout;

/** How the logits of a raw head make a box from a cell and an anchor. */
public enum AnchorCoding {
  /**
   * YOLOv5, from its release 2.0 on: {@code xy = (2*sigmoid(v)-0.5+cell)*stride, wh =
   * (2*sigmoid(v))^2*anchor}.
   */
  YOLOV5,
  /** Darknet's YOLOv3: {@code xy = (sigmoid(v)+cell)*stride, wh = exp(v)*anchor}. */
  YOLOV3
}
