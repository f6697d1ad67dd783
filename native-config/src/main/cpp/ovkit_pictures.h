// Pictures: decode, letterbox into a network's input, encode. Over OpenCV, so that the pixels are those that
// Python pipelines make.
//
// A function with a `message` returns 0, or 1 with the reason in `message` (at most `capacity` bytes, NUL-terminated;
// "out of memory" if that is the reason): status and message come from the same call, and no C++ exception leaves. A
// picture belongs to one thread at a time; different pictures may be used on different threads at once.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Memory for one encoded and one decoded picture, kept from picture to picture.
typedef struct ovkit_picture ovkit_picture;

// NULL if there is no memory.
ovkit_picture* ovkit_picture_create(void);

void ovkit_picture_free(ovkit_picture* picture);

// Gives back memory that only a large picture needed.
void ovkit_picture_trim(ovkit_picture* picture);

// Room for `size` encoded bytes, to be filled by the caller; NULL if there is none. Good until the next reserve, trim
// or free of this picture.
uint8_t* ovkit_picture_reserve(ovkit_picture* picture, size_t size);

// Decodes the first `size` reserved bytes to 8-bit BGR as IMREAD_COLOR does: turned upright by EXIF, alpha dropped, grey
// spread, 16 bit cut to 8. What a codec has to say becomes the message and is never printed.
int ovkit_picture_decode(ovkit_picture* picture, size_t size, char* message, size_t capacity);

// The same for a file whose values use the lower 9 to 16 `bits` of 16: they are cut to the upper 8 of these.
int ovkit_picture_decode_bits(ovkit_picture* picture, size_t size, int bits, char* message, size_t capacity);

// The highest value of the file that was decoded last by its bits; where they do not hold it, the pixels mean nothing.
// 0 of a file of 8 bits.
int ovkit_picture_highest(const ovkit_picture* picture);

// The highest value of any channel of the decoded picture; -1 if there is none.
int ovkit_picture_brightest(const ovkit_picture* picture);

// Pixels of the decoded picture, upright.
int ovkit_picture_width(const ovkit_picture* picture);
int ovkit_picture_height(const ovkit_picture* picture);

// Scales the decoded picture to width x height at (left, top) of the target, u8 BGR of target_width x target_height
// without gaps, and fills the rest of it with `pad`. `bicubic`: 1, or 0 for bilinear interpolation.
int ovkit_picture_letterbox(const ovkit_picture* picture, uint8_t* target, int target_width, int target_height,
                            int left, int top, int width, int height, int pad, int bicubic, char* message,
                            size_t capacity);

// The same for a frame in the caller's memory. `format`: 0 BGR, 1 RGB, 2 grey.
int ovkit_frame_letterbox(const uint8_t* pixels, int frame_width, int frame_height, size_t row_stride, int format,
                          uint8_t* target, int target_width, int target_height, int left, int top, int width,
                          int height, int pad, int bicubic, char* message, size_t capacity);

// Takes a copy of a frame as the decoded picture.
int ovkit_picture_copy_frame(ovkit_picture* picture, const uint8_t* pixels, int frame_width, int frame_height,
                             size_t row_stride, int format, char* message, size_t capacity);

// Encodes the decoded picture; `extension` is ".jpg" or ".png", quality counts for JPEG.
int ovkit_picture_encode(ovkit_picture* picture, const char* extension, int quality, char* message, size_t capacity);

// What was encoded last. Good until the next encode, trim or free of this picture.
const uint8_t* ovkit_picture_written(const ovkit_picture* picture);
size_t ovkit_picture_written_size(const ovkit_picture* picture);

#ifdef __cplusplus
}
#endif
