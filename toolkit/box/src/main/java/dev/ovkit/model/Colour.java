package dev.ovkit.model;

/** The order of the three colour channels. */
public enum Colour {
  BGR,
  RGB;

  /** Returns the order with first and last exchanged. */
  public Colour reversed() {
    return this == BGR ? RGB : BGR;
  }
}
