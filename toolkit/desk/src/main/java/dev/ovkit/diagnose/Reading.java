package dev.ovkit.diagnose;

import java.util.List;

/**
 * Everything that a client does around an IR.
 *
 * @param labels the class names; empty if there are none
 */
record Reading(
    InputReading input, OutputReading output, List<String> labels, float confidence, float iou) {

  Reading {
    labels = List.copyOf(labels);
  }

  Reading with(InputReading changed) {
    return new Reading(changed, output, labels, confidence, iou);
  }

  Reading with(OutputReading changed) {
    return new Reading(input, changed, labels, confidence, iou);
  }

  Reading withLabels(List<String> changed) {
    return new Reading(input, output, changed, confidence, iou);
  }

  Reading withThresholds(float otherConfidence, float otherIou) {
    return new Reading(input, output, labels, otherConfidence, otherIou);
  }
}
