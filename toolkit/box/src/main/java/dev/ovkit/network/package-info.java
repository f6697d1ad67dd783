/**
 * What a network is given and what is made of its answer: input steps, decoding, suppression. Below
 * the detector, which puts them together.
 */
@NullMarked
package dev.ovkit.network;

import org.jspecify.annotations.NullMarked;
