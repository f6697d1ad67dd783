#include "ovkit_convert.h"

#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "openvino/core/preprocess/pre_post_process.hpp"
#include "openvino/openvino.hpp"
#include "openvino/pass/constant_folding.hpp"
#include "openvino/pass/manager.hpp"

struct ovkit_model {
    std::shared_ptr<ov::Model> model;
};

namespace {

int fail(const char* what, char* message, size_t capacity) {
    if (message != nullptr && capacity > 0) {
        std::strncpy(message, what, capacity - 1);
        message[capacity - 1] = '\0';
    }
    return 1;
}

template <typename Work>
int guarded(char* message, size_t capacity, Work work) {
    try {
        work();
        return 0;
    } catch (const std::exception& e) {
        return fail(e.what(), message, capacity);
    } catch (...) {
        return fail("an exception of unknown type", message, capacity);
    }
}

}  // namespace

int ovkit_model_read_onnx(const char* onnx, size_t size, ovkit_model** model, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        ov::Core core;
        auto read = core.read_model(std::string(onnx, size), ov::Tensor());
        // What the frontend leaves of shape arithmetic would be thousands of layers in the .xml.
        ov::pass::Manager manager;
        manager.register_pass<ov::pass::ConstantFolding>();
        manager.run_passes(read);
        *model = new ovkit_model{read};
    });
}

int ovkit_model_read_file(const char* path, ovkit_model** model, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        ov::Core core;
        *model = new ovkit_model{core.read_model(std::string(path))};
    });
}

int ovkit_model_preprocess(ovkit_model* model, int reverse_channels, const float* mean, size_t mean_count,
                           const float* scale, size_t scale_count, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        ov::preprocess::PrePostProcessor processor(model->model);
        auto& input = processor.input(0);
        input.tensor().set_layout("NCHW");
        input.model().set_layout("NCHW");
        auto& steps = input.preprocess();
        if (reverse_channels) steps.reverse_channels();
        if (mean_count == 1) steps.mean(mean[0]);
        if (mean_count > 1) steps.mean(std::vector<float>(mean, mean + mean_count));
        if (scale_count == 1) steps.scale(scale[0]);
        if (scale_count > 1) steps.scale(std::vector<float>(scale, scale + scale_count));
        model->model = processor.build();
    });
}

int ovkit_model_name_output(ovkit_model* model, size_t index, const char* name, char* message, size_t capacity) {
    return guarded(message, capacity, [&] { model->model->output(index).add_names({name}); });
}

int ovkit_model_set_info(ovkit_model* model, const char* section, const char* key, const char* value, char* message,
                         size_t capacity) {
    return guarded(message, capacity, [&] { model->model->set_rt_info(std::string(value), section, key); });
}

int ovkit_model_save(ovkit_model* model, const char* xml_path, int fp16, char* message, size_t capacity) {
    return guarded(message, capacity, [&] { ov::save_model(model->model, xml_path, fp16 != 0); });
}

void ovkit_model_free(ovkit_model* model) { delete model; }
