package dev.ovkit.diagnose;

import java.util.function.UnaryOperator;

/**
 * One setting that may be wrong, and what it may be instead.
 *
 * @param value what it would be, as in {@code BGR}
 * @param cause what is wrong if the boxes fit then
 * @param change makes a reading that differs in this setting only
 */
record Hypothesis(Setting setting, String value, String cause, UnaryOperator<Reading> change) {}
