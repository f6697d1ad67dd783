// Making an f32 model 8 bit: what convolutions there are, what feeds them, and the steps of the surgery. The ranges are
// the caller's.
//
// Status and message as in ovkit_convert.h. Texts are lines of fields with a tab between; free them with
// ovkit_text_free.
#pragma once

#include "ovkit_convert.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ovkit_quantizer ovkit_quantizer;
typedef struct ovkit_text ovkit_text;

// Reads an IR, widens its weights to f32 and looks for what could be 8 bit.
int ovkit_quantizer_open(const char* path, ovkit_quantizer** quantizer, char* message, size_t capacity);

// Describes what was found, in two kinds of lines:
//   source NAME CHANNELS
//   convolution NAME INPUTS OUTPUTS dense|depthwise first|later head|inner aligned|mixed SOURCE,SOURCE,...
// A source is a tensor that is to be 8 bit; lines are numbered from 0, each kind for itself. A convolution is first if
// none comes before it, a head if none comes after it; its sources are aligned if the n-th channel of the one source is
// the n-th of its input.
int ovkit_quantizer_describe(ovkit_quantizer* quantizer, ovkit_text** text, char* message, size_t capacity);

// Writes the f32 model with further outputs, each [1, channels, 1, 1]: ovkit_low_S and ovkit_high_S, the least and the
// greatest of each channel of source S, and ovkit_mean_C, the mean of each channel of the input of convolution C.
int ovkit_quantizer_save_statistics(ovkit_quantizer* quantizer, const char* xml_path, char* message, size_t capacity);

// Stores the kernel of a convolution as i8, symmetric, `steps` on either side of zero for the greatest weight of each
// output channel; and takes what that adds to the mean of each output, for inputs of these means, from the bias.
// `error` is the relative L2 of the weights.
int ovkit_quantizer_convolution(ovkit_quantizer* quantizer, size_t index, int steps, const float* means, size_t count,
                                float* error, char* message, size_t capacity);

// Puts a FakeQuantize of 256 levels between a source and the convolutions made 8 bit so far; one range, or one a
// channel.
int ovkit_quantizer_source(ovkit_quantizer* quantizer, size_t index, const float* low, const float* high,
                           size_t count, char* message, size_t capacity);

// Gives the model as it now is, with the kernels that are still f32 stored as f16; the quantizer can only be freed
// then.
int ovkit_quantizer_finish(ovkit_quantizer* quantizer, ovkit_model** model, char* message, size_t capacity);

void ovkit_quantizer_free(ovkit_quantizer* quantizer);

// Compiles an IR for the CPU, in f32 where it is not 8 bit, and says how its layers run:
//   TYPE PRECISION KERNEL ORIGINAL,ORIGINAL,...
int ovkit_runtime_layers(const char* path, ovkit_text** text, char* message, size_t capacity);

// The text, as long as it is not freed.
const char* ovkit_text_read(const ovkit_text* text);

void ovkit_text_free(ovkit_text* text);

#ifdef __cplusplus
}
#endif
