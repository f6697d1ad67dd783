import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What the scripts that write a table take. */
final class TableOptions {

  @Option(names = "--threads")
  int threads = 1;

  @Option(names = "--rounds")
  int rounds;

  @Option(names = "--models", split = ",")
  List<String> models = List.of();

  @Option(names = "--into")
  String into = "";

  @Option(names = "--json")
  String json = "";

  /**
   * Reads a command line; leaves the program with 2 if it cannot be read.
   *
   * @param rounds unless {@code --rounds} says otherwise
   * @param systems what {@code --models} may name
   */
  static TableOptions read(String script, List<String> given, int rounds, List<String> systems) {
    TableOptions options = new TableOptions();
    options.rounds = rounds;
    CommandLine line = new CommandLine(options);
    try {
      line.parseArgs(given.toArray(String[]::new));
      for (String model : options.models) {
        if (!systems.contains(model)) {
          throw new ParameterException(line, "there is no model '" + model + "'");
        }
      }
    } catch (ParameterException e) {
      System.err.printf(
          "%s: %s. It takes --threads N, --rounds N, --into FILE.md, --json FILE and --models with some of %s%n",
          script, e.getMessage(), String.join(",", systems));
      System.exit(2);
    }
    return options;
  }
}
