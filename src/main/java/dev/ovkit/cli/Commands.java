package dev.ovkit.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands of ovkit, in the order of the help. The class of a command is called as the command
 * is, and is loaded only when it is needed: reading all of them takes as long as everything else
 * that Java does before the first boxes.
 */
final class Commands {

  /** Where a command runs. */
  enum Place {
    /** Needs {@code toolkit/desk}; not in a bundle. */
    DESK,
    /** On the desk and on the box. */
    BOX
  }

  /** One command. */
  record Entry(String name, Place place) {

    /** Returns its class, as in {@code self-test}: {@code SelfTestCommand}. */
    Class<?> type() {
      String words =
          Arrays.stream(name.split("-", -1))
              .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
              .collect(Collectors.joining());
      try {
        return Class.forName(Commands.class.getPackageName() + "." + words + "Command");
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException("the command '%s' has no class".formatted(name), e);
      }
    }

    /** Adds the command to a root. */
    void addTo(CommandLine root) {
      root.addSubcommand(type());
    }
  }

  static final List<Entry> ALL =
      List.of(
          desk("demo"),
          desk("convert"),
          desk("mo"),
          desk("simplify"),
          box("infer"),
          box("watch"),
          box("stream"),
          box("serve"),
          desk("verify"),
          desk("eval"),
          desk("diagnose"),
          box("bench"),
          box("tune"),
          desk("quantize"),
          desk("inspect"),
          desk("package"),
          desk("keygen"),
          box("install"),
          box("rollback"),
          box("self-test"),
          box("doctor"),
          desk("generate-completion"));

  private static Entry desk(String name) {
    return new Entry(name, Place.DESK);
  }

  private static Entry box(String name) {
    return new Entry(name, Place.BOX);
  }

  /** Returns the commands of a program. */
  static List<Entry> on(Place place) {
    return place == Place.DESK ? ALL : ALL.stream().filter(one -> one.place() == place).toList();
  }

  /** Finds a command of a program by its name. */
  static Optional<Entry> named(String name, Place place) {
    return on(place).stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** Gives a root all commands of the desk. */
  static final class OfDesk implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec root) {
      return withAll(root, Place.DESK);
    }
  }

  /** Gives a root all commands of the box. */
  static final class OfBox implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec root) {
      return withAll(root, Place.BOX);
    }
  }

  private static CommandSpec withAll(CommandSpec root, Place place) {
    if (root.parent() != null) {
      return root; // a command, which inherits this from the root
    }
    on(place).forEach(one -> root.addSubcommand(one.name(), new CommandLine(one.type())));
    return root;
  }

  private Commands() {}
}
