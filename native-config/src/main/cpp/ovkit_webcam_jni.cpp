// What dev.ovkit.video.decode.WebcamDevice calls. By hand: four functions, and nothing else of the video module needs
// the bindings' generator.
#include <jni.h>

#include <cstdint>

#include "ovkit_webcam.h"

namespace {

constexpr jsize kFormatFields = 4;

const ovkit_webcam_calls* Calls(jlong address) { return reinterpret_cast<const ovkit_webcam_calls*>(address); }

}  // namespace

// A path is bytes, which end with 0: Java's strings are not in the system's encoding.
#define OVKIT_JNI(type, name) extern "C" JNIEXPORT type JNICALL Java_dev_ovkit_video_decode_WebcamDevice_##name

OVKIT_JNI(jlong, open)(JNIEnv* env, jclass, jbyteArray path, jlong calls, jintArray format) {
  jint fields[kFormatFields];
  env->GetIntArrayRegion(format, 0, kFormatFields, fields);
  jbyte* bytes = env->GetByteArrayElements(path, nullptr);
  if (bytes == nullptr) return 0; // an OutOfMemoryError is pending
  ovkit_webcam_format wanted{static_cast<uint32_t>(fields[0]), fields[1], fields[2], 0};
  ovkit_webcam* webcam = nullptr;
  const int error = ovkit_webcam_open(reinterpret_cast<const char*>(bytes), Calls(calls), &wanted, &webcam);
  env->ReleaseByteArrayElements(path, bytes, JNI_ABORT);
  if (error < 0) return error;
  const jint got[kFormatFields] = {static_cast<jint>(wanted.code), wanted.width, wanted.height, wanted.most_bytes};
  env->SetIntArrayRegion(format, 0, kFormatFields, got);
  return reinterpret_cast<jlong>(webcam);
}

OVKIT_JNI(jint, read)(JNIEnv*, jclass, jlong webcam, jlong target, jint capacity, jint milliseconds) {
  return ovkit_webcam_read(reinterpret_cast<ovkit_webcam*>(webcam), reinterpret_cast<uint8_t*>(target),
                           static_cast<size_t>(capacity), milliseconds);
}

OVKIT_JNI(void, close)(JNIEnv*, jclass, jlong webcam) {
  ovkit_webcam_close(reinterpret_cast<ovkit_webcam*>(webcam));
}

OVKIT_JNI(jint, describe)(JNIEnv* env, jclass, jbyteArray path, jlong calls, jbyteArray text) {
  jbyte* bytes = env->GetByteArrayElements(path, nullptr);
  if (bytes == nullptr) return 0;
  jbyte* target = env->GetByteArrayElements(text, nullptr);
  if (target == nullptr) return 0;
  const int error = ovkit_webcam_describe(reinterpret_cast<const char*>(bytes), Calls(calls),
                                          reinterpret_cast<char*>(target), env->GetArrayLength(text));
  env->ReleaseByteArrayElements(text, target, 0);
  env->ReleaseByteArrayElements(path, bytes, JNI_ABORT);
  return error;
}
