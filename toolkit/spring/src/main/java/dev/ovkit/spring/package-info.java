/**
 * Detectors as beans of a Spring Boot application: what configures them, their health and metrics.
 */
@org.jspecify.annotations.NullMarked
package dev.ovkit.spring;
