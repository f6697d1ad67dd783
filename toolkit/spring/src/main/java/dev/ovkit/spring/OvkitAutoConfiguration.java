package dev.ovkit.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Import;

/** Makes a bean of each model under {@code ovkit.models}. */
@AutoConfiguration
@Import(DetectorBeans.class)
public final class OvkitAutoConfiguration {

  OvkitAutoConfiguration() {}
}
