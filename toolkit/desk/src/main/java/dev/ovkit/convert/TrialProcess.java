package dev.ovkit.convert;

import dev.ovkit.CompileOptions;
import dev.ovkit.internal.process.GuardedProcess;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Model;
import dev.ovkit.surgery.ModelEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the process does in which a model is tried: a conversion and the opening of a detector. */
final class TrialProcess {

  public static void main(String[] arguments) throws IOException {
    GuardedProcess.endWithParent();
    Path onnx = Path.of(arguments[0]);
    Path xml = onnx.resolveSibling("foreign.xml");
    try (ModelEditor editor = ModelEditor.ofOnnx(Files.readAllBytes(onnx))) {
      editor.compress(ExactShare.USUAL);
      editor.save(xml);
    }
    try (Core core = Core.create();
        Model model = core.readModel(xml);
        CompiledModel compiled = core.compile(model, CompileOptions.defaults())) {
      compiled.inputs();
    }
  }

  private TrialProcess() {}
}
