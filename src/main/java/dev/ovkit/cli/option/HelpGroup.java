package dev.ovkit.cli.option;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;

/** The headings under which {@code --help} lists options, in this order. */
public enum HelpGroup {
  BASIC("Options:"),
  PREPROCESSING("Preprocessing (what happens to a picture before the network):"),
  DESCRIPTION("What the model is (where its graph does not say it):"),
  OUTPUT("Outputs:"),
  EVENTS("Events (what objects do; --zone and --line):"),
  SERVER("A server (--url):"),
  INT8("INT8:"),
  EXPERT("Expert options:"),
  GENERAL("Other options:");

  /** Puts an option, or all options of a class, under a heading; without it they are basic. */
  @Target({ElementType.FIELD, ElementType.TYPE})
  @Retention(RetentionPolicy.RUNTIME)
  public @interface In {
    HelpGroup value();
  }

  private final String heading;

  HelpGroup(String heading) {
    this.heading = heading;
  }

  public String heading() {
    return heading;
  }

  /** Renders the options of a command in their groups. */
  public static String render(Help help) {
    Map<HelpGroup, List<OptionSpec>> groups = new EnumMap<>(HelpGroup.class);
    for (OptionSpec option : help.commandSpec().options()) {
      if (!option.hidden()) {
        groups.computeIfAbsent(of(option), group -> new ArrayList<>()).add(option);
      }
    }
    StringBuilder text = new StringBuilder();
    groups.forEach(
        (group, options) -> {
          Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
          layout.addAllOptions(options, help.parameterLabelRenderer());
          text.append("%n%s%n".formatted(group.heading)).append(layout);
        });
    return text.toString();
  }

  private static HelpGroup of(OptionSpec option) {
    if (!(option.userObject() instanceof AnnotatedElement field)) {
      return GENERAL;
    }
    @Nullable In own = field.getAnnotation(In.class);
    if (own != null) {
      return own.value();
    }
    Class<?> owner = ((Member) field).getDeclaringClass();
    @Nullable In shared = owner.getAnnotation(In.class);
    if (shared != null) {
      return shared.value();
    }
    return owner.getName().startsWith("dev.ovkit.") ? BASIC : GENERAL;
  }
}
