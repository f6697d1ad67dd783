// Editing an OpenVINO model and saving it: what the C API cannot do.
//
// Every function returns 0, or 1 with a message in `message` (at most `capacity` bytes, NUL-terminated): status and
// message come from the same call, and no C++ exception leaves.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ovkit_model ovkit_model;

// Reads a model from the bytes of an ONNX file.
int ovkit_model_read_onnx(const char* onnx, size_t size, ovkit_model** model, char* message, size_t capacity);

// Reads a model from a file that OpenVINO knows.
int ovkit_model_read_file(const char* path, ovkit_model** model, char* message, size_t capacity);

// Adds to input 0, in this order: reversal of the channels, minus mean, divided by scale. NCHW. A count of 0 leaves a
// step out, 1 is one value for all channels.
int ovkit_model_preprocess(ovkit_model* model, int reverse_channels, const float* mean, size_t mean_count,
                           const float* scale, size_t scale_count, char* message, size_t capacity);

// Gives output `index` a further name.
int ovkit_model_name_output(ovkit_model* model, size_t index, const char* name, char* message, size_t capacity);

// Sets rt_info/<section>/<key>, as text.
int ovkit_model_set_info(ovkit_model* model, const char* section, const char* key, const char* value, char* message,
                         size_t capacity);

// Stores f32 constants as f16, widened again when the model is compiled. Biases, then kernels from the input on, stay
// f32 as they fit, together at most `exact_share` of all elements; so does a constant with a value beyond f16.
int ovkit_model_compress(ovkit_model* model, double exact_share, char* message, size_t capacity);

// Writes path.xml and path.bin.
int ovkit_model_save(ovkit_model* model, const char* xml_path, char* message, size_t capacity);

void ovkit_model_free(ovkit_model* model);

#ifdef __cplusplus
}
#endif
