package dev.ovkit.nativelib;

import dev.ovkit.nativelib.global.OpenVino;
import dev.ovkit.nativelib.global.Pictures;
import dev.ovkit.nativelib.global.Service;
import dev.ovkit.nativelib.openvino.ov_core_t;
import dev.ovkit.nativelib.pictures.ovkit_picture;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Calls each native library once; {@link ClassLoadersTest} runs it in class loaders of its own. */
public final class NativeCalls implements Callable<String> {

  @Override
  public String call() {
    if (NativeRuntime.current() instanceof NativeRuntime.Missing missing) {
      return missing.message();
    }
    ov_core_t core = new ov_core_t();
    int created = OpenVino.ov_core_create(core);
    OpenVino.ov_core_free(core);

    ovkit_picture picture = Pictures.ovkit_picture_create();
    Pictures.ovkit_picture_reserve(picture, 4).put(new byte[] {'n', 'o', 'n', 'e'});
    byte[] message = new byte[256];
    int refused = Pictures.ovkit_picture_decode(picture, 4, message, message.length);
    Pictures.ovkit_picture_free(picture);

    int noSuchFile;
    try (BytePointer socket = new BytePointer("/no/such/socket");
        BytePointer state = new BytePointer("READY=1")) {
      noSuchFile = Service.ovkit_service_notify(socket, state);
    }
    // As an application server must ask for when it drops a program: JavaCPP's thread would keep
    // the class loader.
    Pointer.interruptDeallocatorThread();
    return "core %d, picture %d, socket %d".formatted(created, refused, noSuchFile);
  }
}
