package dev.ovkit.cli;

import dev.ovkit.cli.print.ExitCode;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ovkit generate-completion}. */
@Command(
    name = "generate-completion",
    description = {
      "Prints a script that completes ovkit's commands, options and values in bash and zsh.",
      "",
      "Where a model is expected, the shell then lists only model files and folders."
    },
    footer = "  source <(ovkit generate-completion)")
final class GenerateCompletionCommand implements Callable<Integer> {

  /**
   * Runs picocli's function, then drops files that cannot be the model which the option takes. What
   * is typed without an option completes to models, pictures and folders.
   */
  private static final String FILTER =
      """

      # The files that an option or argument can be.
      function _ovkit_files() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="" ending
        [ "${COMP_CWORD}" -gt 0 ] && previous="${COMP_WORDS[COMP_CWORD-1]}"
        _complete_ovkit
        case "${previous}" in
          --ir) ending='xml' ;;
          --onnx|--reference|--model|--input-model|convert|simplify) ending='onnx' ;;
          infer|bench|eval|watch|inspect|verify|tune|quantize|diagnose|package) ending='xml|onnx' ;;
          *) return 0 ;;
        esac
        case "${current}" in -*) return 0 ;; esac
        local file files=()
        while IFS= read -r file; do
          if [ -d "${file}" ]; then
            files+=("${file}/")
          elif [[ "${file}" =~ \\.(${ending})$ ]]; then
            files+=("${file}")
          fi
        done < <(compgen -f -- "${current}")
        compopt -o nospace 2>/dev/null
        COMPREPLY=("${files[@]}")
      }

      complete -F _ovkit_files -o default ovkit
      """;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    String script = AutoComplete.bash("ovkit", spec.root().commandLine());
    spec.commandLine().getOut().print(script + FILTER);
    spec.commandLine().getOut().flush();
    return ExitCode.DONE;
  }
}
