package dev.ovkit.spring.sample;

import dev.ovkit.model.Detection;
import dev.ovkit.vision.Detector;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Answers a posted picture with what is on it. */
@SpringBootApplication
@RestController
public class StreetApplication {

  private final Detector street;

  StreetApplication(Detector street) {
    this.street = street;
  }

  @PostMapping("/detect")
  List<Detection> detect(@RequestBody byte[] picture) {
    return street.detect(picture).objects();
  }

  public static void main(String[] arguments) {
    SpringApplication.run(StreetApplication.class, arguments);
  }
}
