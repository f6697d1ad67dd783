/** The sample application of the documentation. */
@org.jspecify.annotations.NullMarked
package dev.ovkit.spring.sample;
