// Frames of a webcam, as Video4Linux delivers them: MJPEG pictures, or YUYV pixels.
//
// Functions that return an int return an error as a negative number: one of errno's, or one of those below. Nothing is
// printed, and no C++ exception leaves. A webcam belongs to one thread at a time.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  OVKIT_WEBCAM_NO_DEVICE = -5001,   // a file or a folder
  OVKIT_WEBCAM_NO_VIDEO = -5002,    // a device of another kind
  OVKIT_WEBCAM_NO_CAPTURE = -5003,  // a video device that does not deliver frames to memory
  OVKIT_WEBCAM_NO_FORMAT = -5004,   // it does not deliver the wanted format
};

// The system calls that a webcam takes; a test has its own. They set errno as the system's do.
typedef struct ovkit_webcam_calls {
  int (*open)(const char* path, int flags);
  int (*close)(int descriptor);
  int (*is_device)(int descriptor);  // 1 for a character device, else 0
  int (*ioctl)(int descriptor, unsigned long request, void* argument);
  void* (*map)(size_t length, int descriptor, int64_t offset);  // MAP_FAILED if it cannot
  int (*unmap)(void* address, size_t length);
  int (*poll)(int descriptor, int milliseconds);  // poll's events; 0 after the time
} ovkit_webcam_calls;

// What a webcam delivers.
typedef struct ovkit_webcam_format {
  uint32_t code;  // V4L2_PIX_FMT_MJPEG or V4L2_PIX_FMT_YUYV
  int32_t width;
  int32_t height;
  int32_t most_bytes;  // of a frame
} ovkit_webcam_format;

typedef struct ovkit_webcam ovkit_webcam;

// Opens a device and lets it deliver. `format` holds what is wanted, 0 for a code that may be either, and receives what
// the device makes of it: the nearest size. `calls` NULL: the system's.
int ovkit_webcam_open(const char* path, const ovkit_webcam_calls* calls, ovkit_webcam_format* format,
                      ovkit_webcam** webcam);

// Waits for the next frame and copies it, without gaps between its rows. Returns its bytes; 0 if none came within the
// time, or a damaged one.
int ovkit_webcam_read(ovkit_webcam* webcam, uint8_t* target, size_t capacity, int milliseconds);

// Ends delivery and closes the device; NULL is allowed.
void ovkit_webcam_close(ovkit_webcam* webcam);

// Writes a device's name, a tab, and the four letters of each of its formats, with spaces between them.
int ovkit_webcam_describe(const char* path, const ovkit_webcam_calls* calls, char* text, size_t capacity);

#ifdef __cplusplus
}
#endif
