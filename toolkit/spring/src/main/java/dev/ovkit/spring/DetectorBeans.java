package dev.ovkit.spring;

import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.spring.OvkitProperties.ModelProperties;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Makes a {@link Detector} bean of each configured model, under the model's name. Each is opened at
 * the start and has to read a picture then, so that an application does not start with a model that
 * cannot run. Closing it, at the end, waits for the calls that still run.
 */
final class DetectorBeans implements BeanRegistrar {

  private static final String CLASSPATH = "classpath:";
  private static final String FILE = "file:";

  @Override
  public void register(BeanRegistry registry, Environment environment) {
    OvkitProperties.of(environment)
        .models()
        .forEach(
            (name, model) ->
                registry.registerBean(
                    name,
                    Detector.class,
                    bean ->
                        bean.description("the model of ovkit.models." + name)
                            .supplier(context -> tried(open(name, model)))));
  }

  private static Detector open(String name, ModelProperties model) {
    String location = model.ir();
    if (location == null || location.isBlank()) {
      throw new OptionException(
          "ovkit.models.%s.ir is missing; give the .xml of an IR, which 'ovkit convert' makes"
              .formatted(name));
    }
    if (location.startsWith(CLASSPATH)) {
      DetectorOptions usual =
          DetectorOptions.defaults()
              .withCompile(CompileOptions.defaults().withHint(model.target()));
      return Detector.open(resource(name, location), model.over(usual));
    }
    Path ir = location.startsWith(FILE) ? Path.of(URI.create(location)) : Path.of(location);
    return Detector.open(ir, model.over(DetectorOptions.of(ir, model.target())));
  }

  private static URL resource(String name, String location) {
    String path = location.substring(CLASSPATH.length()).replaceFirst("^/+", "");
    ClassLoader loader = ClassUtils.getDefaultClassLoader();
    URL resource = loader == null ? null : loader.getResource(path);
    if (resource == null) {
      throw new ModelException(
          "ovkit.models.%s.ir: there is no resource '%s' on the class path".formatted(name, path));
    }
    return resource;
  }

  private static Detector tried(Detector detector) {
    try {
      detector.detect(GreyPicture.of(detector.spec()));
      return detector;
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }
}
