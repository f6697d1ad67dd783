#include "ovkit_convert.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "openvino/core/preprocess/pre_post_process.hpp"
#include "openvino/core/graph_util.hpp"
#include "openvino/op/constant.hpp"
#include "openvino/op/convert.hpp"
#include "openvino/op/convolution.hpp"
#include "openvino/op/group_conv.hpp"
#include "openvino/openvino.hpp"
#include "openvino/pass/constant_folding.hpp"
#include "openvino/pass/manager.hpp"
#include "ovkit_model.hpp"

using ovkit::guarded;

namespace {

// A node that nobody named is named by a counter of the process, which is another one at every conversion; folding
// hands such names on to constants.
void name_the_nameless(const std::shared_ptr<ov::Model>& model) {
    size_t place = 0;
    for (const auto& node : model->get_ordered_ops()) {
        ++place;
        const bool weights = ov::is_type<ov::op::v0::Constant>(node) || ov::is_type<ov::op::v0::Convert>(node);
        if (weights || node->get_friendly_name() == node->get_name()) {
            node->set_friendly_name("ovkit/" + std::string(node->get_type_name()) + "_" + std::to_string(place));
        }
    }
}

std::set<std::string> names_of(const std::shared_ptr<ov::Model>& model) {
    std::set<std::string> names;
    for (const auto& node : model->get_ops()) names.insert(node->get_friendly_name());
    return names;
}

// What takes the place of a nameless node inherits its number as a name; it stays nameless.
void forget_numbers(const std::shared_ptr<ov::Model>& model, const std::set<std::string>& given) {
    for (const auto& node : model->get_ops()) {
        if (given.count(node->get_friendly_name()) == 0) node->set_friendly_name(node->get_name());
    }
}

// A weight that f16 cannot hold would become infinite, so its whole constant stays as it is.
bool fits_f16(const ov::op::v0::Constant& constant) {
    constexpr float largest = 65504.f;
    const float* values = constant.get_data_ptr<float>();
    const size_t count = ov::shape_size(constant.get_shape());
    return std::all_of(values, values + count, [](float v) { return std::abs(v) <= largest; });
}

bool is_kernel(const ov::op::v0::Constant& constant) {
    for (const auto& input : constant.output(0).get_target_inputs()) {
        const bool convolution = ov::is_type<ov::op::v1::Convolution>(input.get_node()) ||
                                 ov::is_type<ov::op::v1::GroupConvolution>(input.get_node());
        if (convolution && input.get_index() == 1) return true;
    }
    return false;
}

void compress(const std::shared_ptr<ov::Model>& model, double exact_share) {
    std::vector<std::shared_ptr<ov::op::v0::Constant>> constants;
    size_t total = 0;
    for (const auto& node : model->get_ordered_ops()) {
        auto constant = ov::as_type_ptr<ov::op::v0::Constant>(node);
        if (constant && constant->get_element_type() == ov::element::f32) {
            constants.push_back(constant);
            total += ov::shape_size(constant->get_shape());
        }
    }
    // Biases and the like first, then kernels in the order of the graph: what rounding does to the first layers, all
    // others carry.
    std::stable_partition(constants.begin(), constants.end(), [](const auto& c) { return !is_kernel(*c); });
    size_t room = static_cast<size_t>(exact_share * static_cast<double>(total));
    for (const auto& constant : constants) {
        const size_t count = ov::shape_size(constant->get_shape());
        if (count <= room) {
            room -= count;
            continue;
        }
        if (!fits_f16(*constant)) continue;
        const float* values = constant->get_data_ptr<float>();
        std::vector<ov::float16> halves(values, values + count);
        auto stored = std::make_shared<ov::op::v0::Constant>(ov::element::f16, constant->get_shape(), halves);
        auto widened = std::make_shared<ov::op::v0::Convert>(stored, ov::element::f32);
        stored->set_friendly_name(constant->get_friendly_name() + "_f16");
        widened->set_friendly_name(constant->get_friendly_name());
        ov::replace_node(constant, widened);
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
        *model = new ovkit_model{ovkit::read_whole(core, path)};
    });
}

int ovkit_model_preprocess(ovkit_model* model, int reverse_channels, const float* mean, size_t mean_count,
                           const float* scale, size_t scale_count, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        const std::set<std::string> given = names_of(model->model);
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
        forget_numbers(model->model, given);
    });
}

int ovkit_model_name_output(ovkit_model* model, size_t index, const char* name, char* message, size_t capacity) {
    return guarded(message, capacity, [&] { model->model->output(index).add_names({name}); });
}

int ovkit_model_set_info(ovkit_model* model, const char* section, const char* key, const char* value, char* message,
                         size_t capacity) {
    return guarded(message, capacity, [&] { model->model->set_rt_info(std::string(value), section, key); });
}

int ovkit_model_compress(ovkit_model* model, double exact_share, char* message, size_t capacity) {
    return guarded(message, capacity, [&] { compress(model->model, exact_share); });
}

int ovkit_model_save(ovkit_model* model, const char* xml_path, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        name_the_nameless(model->model);
        ov::save_model(model->model, xml_path, false);
    });
}

void ovkit_model_free(ovkit_model* model) { delete model; }
