// A webcam that exists only in the table of system calls that the reader is given. It answers as a driver does, keeps a
// log of what it is asked, and notes what no driver would allow.
#include <fcntl.h>
#include <jni.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "ovkit_webcam.h"

namespace {

constexpr int kDescriptor = 77;
constexpr uint32_t kPage = 1 << 20;

// What a test can set, by the number that FakeWebcam.Setting has.
enum Setting { kDevice, kVideo, kCapture, kOpenError, kBusyAt, kWidth, kHeight, kPadding, kMjpeg, kYuyv, kGone, kCount };

struct Frame {
  std::vector<uint8_t> bytes;
  uint32_t flags;
};

struct Fake {
  int settings[kCount];
  std::deque<Frame> frames;
  std::vector<std::vector<uint8_t>> buffers;
  std::deque<uint32_t> queued;
  v4l2_pix_format format;
  bool open, on, interrupted;
  int mapped;
  std::string log;
  std::string wrong;
};

Fake fake;

void Note(const char* what) { fake.log += fake.log.empty() ? what : std::string(" ") + what; }
void Wrong(const char* what) { fake.wrong += fake.wrong.empty() ? what : std::string(", ") + what; }

int Fail(int error) {
  errno = error;
  return -1;
}

int Open(const char*, int flags) {
  if (!(flags & O_NONBLOCK)) Wrong("opened without O_NONBLOCK");
  if (fake.settings[kOpenError] != 0) return Fail(fake.settings[kOpenError]);
  if (fake.open) Wrong("opened twice");
  fake.open = true;
  Note("open");
  return kDescriptor;
}

int Close(int) {
  if (!fake.open) Wrong("closed twice");
  fake.open = false;
  Note("close");
  return 0;
}

int IsDevice(int) { return fake.settings[kDevice]; }

uint32_t Length() { return fake.format.sizeimage; }

int SetFormat(v4l2_format* set) {
  v4l2_pix_format& pix = set->fmt.pix;
  pix.width = static_cast<uint32_t>(fake.settings[kWidth]);  // the only size that it has
  pix.height = static_cast<uint32_t>(fake.settings[kHeight]);
  const bool yuyv = pix.pixelformat == V4L2_PIX_FMT_YUYV;
  pix.bytesperline = yuyv ? 2 * pix.width + static_cast<uint32_t>(fake.settings[kPadding]) : 0;
  pix.sizeimage = yuyv ? pix.bytesperline * pix.height : kPage;
  fake.format = pix;
  return 0;
}

int Enumerate(v4l2_fmtdesc* found) {
  std::vector<uint32_t> codes{V4L2_PIX_FMT_H264};
  if (fake.settings[kYuyv]) codes.push_back(V4L2_PIX_FMT_YUYV);
  if (fake.settings[kMjpeg]) codes.push_back(V4L2_PIX_FMT_MJPEG);
  if (found->index >= codes.size()) return Fail(EINVAL);
  found->pixelformat = codes[found->index];
  return 0;
}

int Dequeue(v4l2_buffer* buffer) {
  if (fake.frames.empty()) return Fail(fake.settings[kGone] ? ENODEV : EAGAIN);
  if (!fake.on || fake.queued.empty()) return Fail(EAGAIN);
  const Frame frame = fake.frames.front();
  fake.frames.pop_front();
  buffer->index = fake.queued.front();
  fake.queued.pop_front();
  memcpy(fake.buffers[buffer->index].data(), frame.bytes.data(), frame.bytes.size());
  buffer->bytesused = static_cast<uint32_t>(frame.bytes.size());
  buffer->flags = frame.flags;
  return 0;
}

int Queue(const v4l2_buffer* buffer) {
  for (uint32_t queued : fake.queued) {
    if (queued == buffer->index) Wrong("a buffer queued twice");
  }
  fake.queued.push_back(buffer->index);
  return 0;
}

int Answer(unsigned long request, void* argument) {
  switch (request) {
    case VIDIOC_QUERYCAP: {
      Note("querycap");
      if (!fake.settings[kVideo]) return Fail(ENOTTY);
      auto* capability = static_cast<v4l2_capability*>(argument);
      strcpy(reinterpret_cast<char*>(capability->card), "Paper camera");
      capability->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS;
      capability->device_caps =
          V4L2_CAP_STREAMING | (fake.settings[kCapture] ? V4L2_CAP_VIDEO_CAPTURE : V4L2_CAP_META_CAPTURE);
      return 0;
    }
    case VIDIOC_ENUM_FMT:
      return Enumerate(static_cast<v4l2_fmtdesc*>(argument));
    case VIDIOC_S_FMT:
      Note("s_fmt");
      return fake.settings[kBusyAt] == 1 ? Fail(EBUSY) : SetFormat(static_cast<v4l2_format*>(argument));
    case VIDIOC_REQBUFS: {
      Note("reqbufs");
      if (fake.settings[kBusyAt] == 2) return Fail(EBUSY);
      auto* wanted = static_cast<v4l2_requestbuffers*>(argument);
      wanted->count = 3;  // a driver may give fewer
      fake.buffers.assign(wanted->count, std::vector<uint8_t>(Length()));
      return 0;
    }
    case VIDIOC_QUERYBUF: {
      auto* buffer = static_cast<v4l2_buffer*>(argument);
      buffer->length = Length();
      buffer->m.offset = buffer->index * kPage;
      return 0;
    }
    case VIDIOC_QBUF:
      Note("qbuf");
      return Queue(static_cast<const v4l2_buffer*>(argument));
    case VIDIOC_DQBUF:
      Note("dqbuf");
      return Dequeue(static_cast<v4l2_buffer*>(argument));
    case VIDIOC_STREAMON:
      Note("streamon");
      if (fake.settings[kBusyAt] == 3) return Fail(EBUSY);
      if (fake.queued.empty()) Wrong("started without a buffer");
      fake.on = true;
      return 0;
    case VIDIOC_STREAMOFF:
      Note("streamoff");
      fake.on = false;
      fake.queued.clear();
      return 0;
    default:
      Wrong("an unknown request");
      return Fail(ENOTTY);
  }
}

int Ioctl(int descriptor, unsigned long request, void* argument) {
  if (descriptor != kDescriptor || !fake.open) Wrong("asked while closed");
  fake.interrupted = !fake.interrupted;
  return fake.interrupted ? Fail(EINTR) : Answer(request, argument);  // each call is interrupted once
}

void* Map(size_t length, int, int64_t offset) {
  Note("mmap");
  auto& buffer = fake.buffers.at(static_cast<size_t>(offset / kPage));
  if (length != buffer.size()) Wrong("mapped another length");
  fake.mapped++;
  return buffer.data();
}

int Unmap(void*, size_t) {
  Note("munmap");
  if (fake.on) Wrong("unmapped while it delivers");
  fake.mapped--;
  return 0;
}

int Poll(int, int milliseconds) {
  if (!fake.frames.empty()) return POLLIN;
  if (fake.settings[kGone]) return POLLIN | POLLERR;
  usleep(static_cast<useconds_t>(milliseconds) * 100);  // time is not what is tested
  return 0;
}

constexpr ovkit_webcam_calls kCalls{Open, Close, IsDevice, Ioctl, Map, Unmap, Poll};

}  // namespace

#define FAKE_JNI(type, name) extern "C" JNIEXPORT type JNICALL Java_dev_ovkit_video_decode_FakeWebcam_##name

FAKE_JNI(jlong, calls)(JNIEnv*, jclass) { return reinterpret_cast<jlong>(&kCalls); }

FAKE_JNI(void, reset)(JNIEnv*, jclass) { fake = Fake{}; }

FAKE_JNI(void, set)(JNIEnv*, jclass, jint setting, jint value) { fake.settings[setting] = value; }

FAKE_JNI(void, frame)(JNIEnv* env, jclass, jbyteArray bytes, jboolean damaged) {
  Frame frame{std::vector<uint8_t>(static_cast<size_t>(env->GetArrayLength(bytes))),
              damaged ? uint32_t{V4L2_BUF_FLAG_ERROR} : 0};
  env->GetByteArrayRegion(bytes, 0, env->GetArrayLength(bytes), reinterpret_cast<jbyte*>(frame.bytes.data()));
  fake.frames.push_back(frame);
}

FAKE_JNI(jstring, log)(JNIEnv* env, jclass) { return env->NewStringUTF(fake.log.c_str()); }

FAKE_JNI(jstring, wrong)(JNIEnv* env, jclass) {
  if (fake.open) Wrong("left open");
  if (fake.mapped != 0) Wrong("left mapped");
  return env->NewStringUTF(fake.wrong.c_str());
}
