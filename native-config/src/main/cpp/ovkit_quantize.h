// Making an f32 model 8 bit: what convolutions there are, what feeds them, and the steps of the surgery. The ranges are
// the caller's.
//
// Status and message as in ovkit_convert.h. What a struct points to belongs to the handle that filled it and goes with
// it.
#pragma once

#include "ovkit_convert.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ovkit_quantizer ovkit_quantizer;
typedef struct ovkit_layers ovkit_layers;

// A tensor that can be 8 bit.
typedef struct ovkit_source {
    const char* name;
    size_t channels;
} ovkit_source;

// A convolution that can be 8 bit.
typedef struct ovkit_convolution {
    const char* name;
    size_t inputs;
    size_t outputs;
    int depthwise;
    int first;              // no convolution comes before it
    int head;               // no convolution comes after it
    int aligned;            // the n-th channel of its one source is the n-th of its input
    const size_t* sources;  // by number
    size_t source_count;
} ovkit_convolution;

// A layer of a compiled model, as it runs.
typedef struct ovkit_layer {
    const char* type;
    const char* precision;
    const char* kernel;
    const char* originals;  // names of the model's nodes, with commas between
} ovkit_layer;

// Reads an IR, widens its weights to f32 and looks for what could be 8 bit.
int ovkit_quantizer_open(const char* path, ovkit_quantizer** quantizer, char* message, size_t capacity);

// What was found; sources and convolutions are numbered from 0, each kind for itself.
size_t ovkit_quantizer_sources(const ovkit_quantizer* quantizer);
size_t ovkit_quantizer_convolutions(const ovkit_quantizer* quantizer);
int ovkit_quantizer_source_at(const ovkit_quantizer* quantizer, size_t index, ovkit_source* source, char* message,
                              size_t capacity);
int ovkit_quantizer_convolution_at(const ovkit_quantizer* quantizer, size_t index, ovkit_convolution* convolution,
                                   char* message, size_t capacity);

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

// Compiles an IR for the CPU, in f32 where it is not 8 bit, to see how its layers run.
int ovkit_layers_open(const char* path, ovkit_layers** layers, char* message, size_t capacity);
size_t ovkit_layers_count(const ovkit_layers* layers);
int ovkit_layers_at(const ovkit_layers* layers, size_t index, ovkit_layer* layer, char* message, size_t capacity);
void ovkit_layers_free(ovkit_layers* layers);

#ifdef __cplusplus
}
#endif
