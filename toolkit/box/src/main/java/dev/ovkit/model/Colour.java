package dev.ovkit.model;

/** The order of the three colour channels. */
public enum Colour {
  BGR,
  RGB
}
