package dev.ovkit.tune;

import dev.ovkit.bench.Settings;
import dev.ovkit.vision.Tuning;

/** Settings that may be chosen, and what OpenVINO makes of them. */
record Candidate(Tuning tuning, Settings settings) {}
