#include "ovkit_webcam.h"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>

namespace {

constexpr uint32_t kBuffers = 4;
constexpr uint32_t kFewestBuffers = 2;  // one to fill while the other is read
constexpr uint32_t kMostFormats = 64;
constexpr uint32_t kMostSide = 16384;
constexpr uint32_t kMostBytes = 1u << 30;

int SystemOpen(const char* path, int flags) { return open(path, flags); }

int SystemIsDevice(int descriptor) {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) ? 1 : 0;
}

int SystemIoctl(int descriptor, unsigned long request, void* argument) { return ioctl(descriptor, request, argument); }

void* SystemMap(size_t length, int descriptor, int64_t offset) {
  return mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, static_cast<off_t>(offset));
}

int SystemPoll(int descriptor, int milliseconds) {
  pollfd waiting{descriptor, POLLIN, 0};
  const int ready = poll(&waiting, 1, milliseconds);
  return ready < 0 ? ready : waiting.revents;
}

constexpr ovkit_webcam_calls kSystem{SystemOpen, close, SystemIsDevice, SystemIoctl, SystemMap, munmap, SystemPoll};

// A driver may be interrupted in any of its calls.
int Call(const ovkit_webcam_calls& calls, int descriptor, unsigned long request, void* argument) {
  int result;
  do {
    result = calls.ioctl(descriptor, request, argument);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

// Opens a device that delivers frames to memory. Returns its descriptor.
int OpenDevice(const ovkit_webcam_calls& calls, const char* path, v4l2_capability* capability) {
  const int descriptor = calls.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return errno == EISDIR ? OVKIT_WEBCAM_NO_DEVICE : -errno;
  int error = 0;
  if (!calls.is_device(descriptor)) {
    error = OVKIT_WEBCAM_NO_DEVICE;
  } else if (Call(calls, descriptor, VIDIOC_QUERYCAP, capability) < 0) {
    error = errno == ENODEV ? -ENODEV : OVKIT_WEBCAM_NO_VIDEO;
  } else {
    const bool own = capability->capabilities & V4L2_CAP_DEVICE_CAPS;
    const uint32_t can = own ? capability->device_caps : capability->capabilities;
    const uint32_t needed = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    if ((can & needed) != needed) error = OVKIT_WEBCAM_NO_CAPTURE;
  }
  if (error == 0) return descriptor;
  calls.close(descriptor);
  return error;
}

// Returns the code of the format at an index; 0 after the last one.
uint32_t FormatAt(const ovkit_webcam_calls& calls, int descriptor, uint32_t index) {
  v4l2_fmtdesc found{};
  found.index = index;
  found.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return index < kMostFormats && Call(calls, descriptor, VIDIOC_ENUM_FMT, &found) == 0 ? found.pixelformat : 0;
}

bool HasFormat(const ovkit_webcam_calls& calls, int descriptor, uint32_t code) {
  for (uint32_t i = 0;; i++) {
    const uint32_t found = FormatAt(calls, descriptor, i);
    if (found == 0 || found == code) return found == code;
  }
}

}  // namespace

struct ovkit_webcam {
  ovkit_webcam_calls calls;
  int descriptor;
  ovkit_webcam_format format;
  uint32_t stride;  // of YUYV in the device's memory
  bool streaming;
  uint32_t count;
  struct {
    void* start;
    size_t length;
  } buffers[kBuffers];

  int SetFormat(const ovkit_webcam_format& wanted);
  int MapBuffers();
  int Give(uint32_t index);
  int Start();
  int Copy(const v4l2_buffer& filled, uint8_t* target, size_t capacity) const;
};

int ovkit_webcam::SetFormat(const ovkit_webcam_format& wanted) {
  uint32_t code = wanted.code;
  if (code == 0) code = HasFormat(calls, descriptor, V4L2_PIX_FMT_MJPEG) ? V4L2_PIX_FMT_MJPEG : V4L2_PIX_FMT_YUYV;
  if (!HasFormat(calls, descriptor, code)) return OVKIT_WEBCAM_NO_FORMAT;
  v4l2_format set{};
  set.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  set.fmt.pix.width = static_cast<uint32_t>(wanted.width);
  set.fmt.pix.height = static_cast<uint32_t>(wanted.height);
  set.fmt.pix.pixelformat = code;
  set.fmt.pix.field = V4L2_FIELD_ANY;
  const int error = Call(calls, descriptor, VIDIOC_S_FMT, &set);
  if (error < 0) return error;
  const v4l2_pix_format& got = set.fmt.pix;
  if (got.pixelformat != code) return OVKIT_WEBCAM_NO_FORMAT;
  if (got.width == 0 || got.height == 0 || got.width > kMostSide || got.height > kMostSide) return -ERANGE;
  stride = std::max(got.bytesperline, 2 * got.width);
  if (stride > 4 * kMostSide) return -ERANGE;
  const auto pixels = static_cast<int32_t>(2 * got.width * got.height);
  format = {code, static_cast<int32_t>(got.width), static_cast<int32_t>(got.height), pixels};
  return 0;
}

int ovkit_webcam::MapBuffers() {
  v4l2_requestbuffers request{};
  request.count = kBuffers;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  const int error = Call(calls, descriptor, VIDIOC_REQBUFS, &request);
  if (error < 0) return error;
  if (request.count < kFewestBuffers) return -ENOMEM;
  const uint32_t given = std::min(request.count, kBuffers);
  size_t longest = 0;
  for (uint32_t i = 0; i < given; i++) {
    v4l2_buffer buffer{};
    buffer.index = i;
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    const int refused = Call(calls, descriptor, VIDIOC_QUERYBUF, &buffer);
    if (refused < 0) return refused;
    if (buffer.length == 0 || buffer.length > kMostBytes) return -ERANGE;
    void* start = calls.map(buffer.length, descriptor, buffer.m.offset);
    if (start == MAP_FAILED) return -errno;
    buffers[count++] = {start, buffer.length};
    longest = std::max<size_t>(longest, buffer.length);
  }
  if (format.code == V4L2_PIX_FMT_MJPEG) format.most_bytes = static_cast<int32_t>(longest);
  return 0;
}

// Hands a buffer to the device, to be filled.
int ovkit_webcam::Give(uint32_t index) {
  v4l2_buffer buffer{};
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  return Call(calls, descriptor, VIDIOC_QBUF, &buffer);
}

int ovkit_webcam::Start() {
  for (uint32_t i = 0; i < count; i++) {
    const int error = Give(i);
    if (error < 0) return error;
  }
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  const int error = Call(calls, descriptor, VIDIOC_STREAMON, &type);
  streaming = error == 0;
  return error;
}

// Returns the bytes of a frame, 0 if it is damaged: the device says so, or it is too short.
int ovkit_webcam::Copy(const v4l2_buffer& filled, uint8_t* target, size_t capacity) const {
  const auto* from = static_cast<const uint8_t*>(buffers[filled.index].start);
  const size_t length = std::min<size_t>(filled.bytesused, buffers[filled.index].length);
  if (filled.flags & V4L2_BUF_FLAG_ERROR) return 0;
  if (format.code == V4L2_PIX_FMT_MJPEG) {
    if (length > capacity) return 0;
    memcpy(target, from, length);
    return static_cast<int>(length);
  }
  const size_t row = 2 * static_cast<size_t>(format.width);
  const auto rows = static_cast<size_t>(format.height);
  if (length < stride * (rows - 1) + row || capacity < row * rows) return 0;
  for (size_t y = 0; y < rows; y++) memcpy(target + y * row, from + y * stride, row);
  return static_cast<int>(row * rows);
}

extern "C" int ovkit_webcam_open(const char* path, const ovkit_webcam_calls* calls, ovkit_webcam_format* format,
                                 ovkit_webcam** webcam) {
  auto* opening = new (std::nothrow) ovkit_webcam{};
  if (opening == nullptr) return -ENOMEM;
  opening->calls = calls != nullptr ? *calls : kSystem;
  v4l2_capability capability{};
  opening->descriptor = OpenDevice(opening->calls, path, &capability);
  int error = std::min(opening->descriptor, 0);
  if (error == 0) error = opening->SetFormat(*format);
  if (error == 0) error = opening->MapBuffers();
  if (error == 0) error = opening->Start();
  if (error < 0) {
    ovkit_webcam_close(opening);
    return error;
  }
  *format = opening->format;
  *webcam = opening;
  return 0;
}

extern "C" int ovkit_webcam_read(ovkit_webcam* webcam, uint8_t* target, size_t capacity, int milliseconds) {
  const int events = webcam->calls.poll(webcam->descriptor, milliseconds);
  if (events < 0) return errno == EINTR ? 0 : -errno;
  if (events == 0) return 0;
  v4l2_buffer filled{};
  filled.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  filled.memory = V4L2_MEMORY_MMAP;
  const int error = Call(webcam->calls, webcam->descriptor, VIDIOC_DQBUF, &filled);
  // Without this, a device that is gone would be asked again and again.
  if (error == -EAGAIN) return events & (POLLERR | POLLHUP | POLLNVAL) ? -ENODEV : 0;
  if (error < 0) return error;
  if (filled.index >= webcam->count) return -ERANGE;
  const int bytes = webcam->Copy(filled, target, capacity);
  const int refused = webcam->Give(filled.index);
  return refused < 0 ? refused : bytes;
}

extern "C" void ovkit_webcam_close(ovkit_webcam* webcam) {
  if (webcam == nullptr) return;
  const ovkit_webcam_calls& calls = webcam->calls;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (webcam->streaming) Call(calls, webcam->descriptor, VIDIOC_STREAMOFF, &type);
  for (uint32_t i = 0; i < webcam->count; i++) calls.unmap(webcam->buffers[i].start, webcam->buffers[i].length);
  if (webcam->descriptor >= 0) calls.close(webcam->descriptor);
  delete webcam;
}

extern "C" int ovkit_webcam_describe(const char* path, const ovkit_webcam_calls* calls, char* text, size_t capacity) {
  const ovkit_webcam_calls& used = calls != nullptr ? *calls : kSystem;
  v4l2_capability capability{};
  const int descriptor = OpenDevice(used, path, &capability);
  if (descriptor < 0) return descriptor;
  try {
    const auto* name = reinterpret_cast<const char*>(capability.card);
    std::string described(name, strnlen(name, sizeof(capability.card)));
    described += '\t';
    for (uint32_t i = 0; const uint32_t code = FormatAt(used, descriptor, i); i++) {
      if (i > 0) described += ' ';
      for (int shift = 0; shift < 32; shift += 8) {
        const char letter = static_cast<char>(code >> shift & 0x7f);
        if (letter > ' ') described += letter;
      }
    }
    const size_t length = std::min(described.size(), capacity - 1);
    memcpy(text, described.data(), length);
    text[length] = '\0';
  } catch (...) {
    text[0] = '\0';
  }
  used.close(descriptor);
  return 0;
}
