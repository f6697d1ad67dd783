package dev.ovkit.model;

/**
 * An object found on a picture.
 *
 * @param label the name of its class
 * @param classId the number of its class
 * @param score how sure the detector is, 0..1
 * @param box where it is, in pixels of the upright original picture
 */
public record Detection(String label, int classId, float score, Box box) {}
