#include "ovkit_quantize.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "openvino/core/graph_util.hpp"
#include "openvino/op/add.hpp"
#include "openvino/op/concat.hpp"
#include "openvino/op/constant.hpp"
#include "openvino/op/convert.hpp"
#include "openvino/op/convolution.hpp"
#include "openvino/op/fake_quantize.hpp"
#include "openvino/op/group_conv.hpp"
#include "openvino/op/interpolate.hpp"
#include "openvino/op/multiply.hpp"
#include "openvino/op/reduce_max.hpp"
#include "openvino/op/reduce_mean.hpp"
#include "openvino/op/reduce_min.hpp"
#include "openvino/op/result.hpp"
#include "openvino/openvino.hpp"
#include "openvino/pass/constant_folding.hpp"
#include "openvino/pass/manager.hpp"
#include "ovkit_model.hpp"

namespace ovkit {

using NodePtr = std::shared_ptr<ov::Node>;

// The way by which a source reaches a convolution begins here.
struct Edge {
    size_t source;
    ov::Input<ov::Node> at;
};

struct Source {
    ov::Output<ov::Node> output;
    std::string name;
    size_t channels;
};

struct Convolution {
    NodePtr node;
    std::string name;
    size_t inputs;
    size_t outputs;
    bool depthwise;
    bool first;
    bool head;
    bool aligned;
    std::vector<Edge> edges;
    std::vector<size_t> sources;  // those of the edges, each once
    bool done = false;
};

bool is_convolution(const ov::Node* node) {
    return ov::is_type<ov::op::v1::Convolution>(node) || ov::is_type<ov::op::v1::GroupConvolution>(node);
}

bool is_nearest(const ov::Node* node) {
    if (auto old = ov::as_type<const ov::op::v0::Interpolate>(node)) return old->get_attrs().mode == "nearest";
    auto any = dynamic_cast<const ov::op::util::InterpolateBase*>(node);
    return any != nullptr && any->get_attrs().mode == ov::op::util::InterpolateBase::InterpolateMode::NEAREST;
}

// What moves or picks values and computes none: 8-bit values go through it as they are.
bool passes(const ov::Node* node) {
    static const std::set<std::string> movers{"MaxPool", "Reshape",       "Transpose", "Slice",  "StridedSlice",
                                              "Split",   "VariadicSplit", "Concat",    "Squeeze", "Unsqueeze"};
    return movers.count(node->get_type_info().name) > 0 || is_nearest(node);
}

bool keeps_channels(const ov::Node* node) {
    return std::string(node->get_type_info().name) == "MaxPool" || is_nearest(node);
}

bool has_channels(const ov::Output<ov::Node>& output) {
    const auto& shape = output.get_partial_shape();
    return output.get_element_type() == ov::element::f32 && shape.rank().is_static() &&
           shape.rank().get_length() == 4 && shape.is_static();
}

std::string short_name(const ov::Node* node) {
    std::string name = node->get_friendly_name();
    const std::string suffix = "/WithoutBiases";
    if (name.size() > suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
        name.resize(name.size() - suffix.size());
    }
    return name;
}

std::string name_of(const ov::Output<ov::Node>& output) {
    const std::string name = short_name(output.get_node());
    return output.get_node()->get_output_size() > 1 ? name + ":" + std::to_string(output.get_index()) : name;
}

std::shared_ptr<ov::op::v0::Constant> kernel_of(const NodePtr& node) {
    return ov::as_type_ptr<ov::op::v0::Constant>(node->get_input_node_shared_ptr(1));
}

// How a kernel lies in memory: `outputs` times `inputs` times `area` weights.
struct KernelLayout {
    ov::Shape shape;
    bool grouped;
    size_t outputs;  // of all groups
    size_t inputs;   // of each output
    size_t area;

    KernelLayout(const Convolution& convolution, const ov::Shape& of)
        : shape(of),
          grouped(ov::is_type<ov::op::v1::GroupConvolution>(convolution.node)),
          outputs(convolution.outputs),
          inputs(grouped ? of[2] : of[1]),
          area(ov::shape_size(of) / (outputs * inputs)) {}

    // The first input channel that an output reads.
    size_t first_input(size_t output) const {
        const size_t groups = grouped ? shape[0] : 1;
        return output / (outputs / groups) * inputs;
    }

    // One value for each output, to multiply the kernel by.
    ov::Shape per_output() const {
        ov::Shape result(shape.size(), 1);
        result[0] = shape[0];
        if (grouped) result[1] = shape[1];
        return result;
    }
};

struct RoundedKernel {
    std::vector<int8_t> weights;
    std::vector<float> scales;  // of each output
    std::vector<float> shifts;  // what rounding adds to the mean of each output
    double lost = 0;            // sums of squares
    double all = 0;

    float relative_error() const { return all > 0 ? static_cast<float>(std::sqrt(lost / all)) : 0.f; }
};

float greatest_of(const float* values, size_t count) {
    float greatest = 0;
    for (size_t i = 0; i < count; ++i) greatest = std::max(greatest, std::abs(values[i]));
    return greatest;
}

// Rounds symmetrically, the greatest weight of each output to `steps`.
RoundedKernel round_kernel(const KernelLayout& layout, const float* weights, int steps, const float* means) {
    const size_t of_one_output = layout.inputs * layout.area;
    const auto limit = static_cast<float>(steps);
    RoundedKernel rounded;
    rounded.weights.reserve(layout.outputs * of_one_output);
    for (size_t output = 0; output < layout.outputs; ++output) {
        const float* from = weights + output * of_one_output;
        const float greatest = greatest_of(from, of_one_output);
        const float scale = greatest > 0 ? greatest / limit : 1.f;
        double shift = 0;
        for (size_t input = 0; input < layout.inputs; ++input) {
            double sum = 0;
            for (size_t k = input * layout.area; k < (input + 1) * layout.area; ++k) {
                const float step = std::max(-limit, std::min(limit, std::nearbyint(from[k] / scale)));
                const double error = static_cast<double>(step) * scale - from[k];
                rounded.weights.push_back(static_cast<int8_t>(step));
                rounded.lost += error * error;
                rounded.all += static_cast<double>(from[k]) * from[k];
                sum += error;
            }
            shift += sum * means[layout.first_input(output) + input];
        }
        rounded.scales.push_back(scale);
        rounded.shifts.push_back(static_cast<float>(shift));
    }
    return rounded;
}

void replace_kernel(const Convolution& convolution, const KernelLayout& layout, const RoundedKernel& rounded) {
    auto stored = std::make_shared<ov::op::v0::Constant>(ov::element::i8, layout.shape, rounded.weights.data());
    auto widened = std::make_shared<ov::op::v0::Convert>(stored, ov::element::f32);
    auto scale = std::make_shared<ov::op::v0::Constant>(ov::element::f32, layout.per_output(), rounded.scales.data());
    auto kernel = std::make_shared<ov::op::v1::Multiply>(widened, scale);
    kernel->set_friendly_name(convolution.name + "/i8");
    convolution.node->input(1).replace_source_output(kernel);
}

// An order of implementations that was made for f32 (ovkit tune) cannot hold for i8.
void forget_priorities(const NodePtr& node) {
    auto& info = node->get_rt_info();
    for (auto entry = info.begin(); entry != info.end();) {
        entry = entry->first.rfind("primitives_priority", 0) == 0 ? info.erase(entry) : std::next(entry);
    }
}

}  // namespace ovkit

struct ovkit_quantizer {
    std::shared_ptr<ov::Model> model;
    std::vector<ovkit::Source> sources;
    std::vector<ovkit::Convolution> convolutions;
    std::map<std::pair<ov::Node*, size_t>, size_t> numbers;

    explicit ovkit_quantizer(std::shared_ptr<ov::Model> read) : model(std::move(read)) {
        widen();
        find();
    }

    // Weights that were stored as f16, and kernels that are reshaped, become plain f32 constants.
    void widen() {
        for (const auto& node : model->get_ordered_ops()) {
            auto convert = ov::as_type_ptr<ov::op::v0::Convert>(node);
            if (!convert || convert->get_destination_type() != ov::element::f32) continue;
            auto constant = ov::as_type_ptr<ov::op::v0::Constant>(convert->get_input_node_shared_ptr(0));
            if (!constant) continue;
            auto wide = std::make_shared<ov::op::v0::Constant>(ov::element::f32, constant->get_shape(),
                                                               constant->cast_vector<float>());
            wide->set_friendly_name(convert->get_friendly_name());
            ov::replace_node(convert, wide);
        }
        ov::pass::Manager manager;
        manager.register_pass<ov::pass::ConstantFolding>();
        manager.run_passes(model);
    }

    void find() {
        const auto order = model->get_ordered_ops();
        std::set<const ov::Node*> behind;  // at or after a convolution
        for (const auto& node : order) {
            for (const auto& input : node->inputs()) {
                if (behind.count(input.get_source_output().get_node())) behind.insert(node.get());
            }
            if (ovkit::is_convolution(node.get())) add(node, behind);
        }
        std::set<const ov::Node*> before;  // something with a convolution after it
        for (auto node = order.rbegin(); node != order.rend(); ++node) {
            for (const auto& output : (*node)->outputs()) {
                for (const auto& input : output.get_target_inputs()) {
                    const ov::Node* next = input.get_node();
                    if (before.count(next) || is_layer(next)) before.insert(node->get());
                }
            }
        }
        for (auto& convolution : convolutions) {
            convolution.head = before.count(convolution.node.get()) == 0;
            std::set<size_t> of;
            for (const auto& edge : convolution.edges) of.insert(edge.source);
            convolution.sources.assign(of.begin(), of.end());
        }
    }

    // YOLOv8 reads its boxes as the mean of a distribution, by a convolution with one output channel: part of the
    // decoding, not a layer of the network.
    static bool is_layer(const ov::Node* node) {
        return ovkit::is_convolution(node) && node->get_output_partial_shape(0)[1].get_max_length() > 1;
    }

    void add(const ovkit::NodePtr& node, std::set<const ov::Node*>& behind) {
        const bool first = behind.count(node.get()) == 0;
        behind.insert(node.get());
        auto kernel = ovkit::kernel_of(node);
        if (!kernel || kernel->get_element_type() != ov::element::f32) return;
        if (!ovkit::has_channels(node->input_value(0)) || !ovkit::has_channels(node->output(0))) return;
        ovkit::Convolution convolution;
        convolution.node = node;
        convolution.name = ovkit::short_name(node.get());
        convolution.inputs = node->get_input_shape(0)[1];
        convolution.outputs = node->get_output_shape(0)[1];
        convolution.depthwise = ov::is_type<ov::op::v1::GroupConvolution>(node) && kernel->get_shape()[2] == 1;
        convolution.first = first;
        convolution.aligned = true;
        std::set<std::pair<ov::Node*, size_t>> seen;
        if (!walk(node->input(0), convolution, seen)) return;
        convolutions.push_back(std::move(convolution));
    }

    // Goes up from an input to the tensors that are computed; false if one of them cannot be 8 bit.
    bool walk(const ov::Input<ov::Node>& input, ovkit::Convolution& convolution,
              std::set<std::pair<ov::Node*, size_t>>& seen) {
        if (!seen.insert({input.get_node(), input.get_index()}).second) return true;
        const auto output = input.get_source_output();
        ov::Node* node = output.get_node();
        if (ovkit::passes(node)) {
            convolution.aligned = convolution.aligned && ovkit::keeps_channels(node);
            const size_t count = ov::is_type<ov::op::v0::Concat>(node) ? node->get_input_size() : 1;
            for (size_t i = 0; i < count; ++i) {
                if (!walk(node->input(i), convolution, seen)) return false;
            }
            return true;
        }
        if (!ovkit::has_channels(output) || ov::is_type<ov::op::v0::Constant>(node)) return false;
        const auto key = std::make_pair(node, output.get_index());
        auto known = numbers.find(key);
        if (known == numbers.end()) {
            known = numbers.emplace(key, sources.size()).first;
            sources.push_back({output, ovkit::name_of(output), output.get_shape()[1]});
        }
        convolution.edges.push_back({known->second, input});
        return true;
    }

    void save_statistics(const char* path) const {
        const auto axes = ov::op::v0::Constant::create(ov::element::i64, {2}, {2, 3});
        ov::ResultVector results = model->get_results();
        const auto result = [&](const ovkit::NodePtr& reduce, const std::string& name) {
            reduce->output(0).add_names({name});
            results.push_back(std::make_shared<ov::op::v0::Result>(reduce));
        };
        for (size_t i = 0; i < sources.size(); ++i) {
            result(std::make_shared<ov::op::v1::ReduceMin>(sources[i].output, axes, true),
                   "ovkit_low_" + std::to_string(i));
            result(std::make_shared<ov::op::v1::ReduceMax>(sources[i].output, axes, true),
                   "ovkit_high_" + std::to_string(i));
        }
        std::map<ov::Output<ov::Node>, ovkit::NodePtr> means;
        for (size_t i = 0; i < convolutions.size(); ++i) {
            const auto name = "ovkit_mean_" + std::to_string(i);
            const auto input = convolutions[i].node->input_value(0);
            const auto known = means.find(input);
            if (known != means.end()) {
                known->second->output(0).add_names({name});
            } else {
                means[input] = std::make_shared<ov::op::v1::ReduceMean>(input, axes, true);
                result(means[input], name);
            }
        }
        ov::Model statistics(results, model->get_parameters());
        ov::save_model(statistics.clone(), path, false);
        // The reductions end here; the model itself never had them.
        for (size_t i = model->get_results().size(); i < results.size(); ++i) {
            auto reduce = results[i]->get_input_node_shared_ptr(0);
            results[i]->input(0).get_source_output().remove_target_input(results[i]->input(0));
            reduce->input(0).get_source_output().remove_target_input(reduce->input(0));
        }
    }

    float quantize_convolution(size_t index, int steps, const float* means, size_t count) {
        auto& convolution = convolutions.at(index);
        if (convolution.done) throw std::invalid_argument("it is 8 bit already");
        if (count != convolution.inputs) throw std::invalid_argument("there must be a mean for each input channel");
        if (steps < 1 || steps > 127) throw std::invalid_argument("an i8 has 1 to 127 steps");
        convolution.done = true;
        const auto kernel = ovkit::kernel_of(convolution.node);
        const ovkit::KernelLayout layout(convolution, kernel->get_shape());
        const auto rounded = ovkit::round_kernel(layout, kernel->get_data_ptr<float>(), steps, means);
        ovkit::replace_kernel(convolution, layout, rounded);
        ovkit::forget_priorities(convolution.node);
        correct_bias(convolution, rounded.shifts);
        return rounded.relative_error();
    }

    static void correct_bias(const ovkit::Convolution& convolution, const std::vector<float>& shifts) {
        const auto node = convolution.node;
        const ov::Shape channels{1, convolution.outputs, 1, 1};
        const auto users = node->output(0).get_target_inputs();
        if (users.size() == 1 && ov::is_type<ov::op::v1::Add>(users.begin()->get_node())) {
            auto add = users.begin()->get_node();
            const size_t at = 1 - users.begin()->get_index();
            auto bias = ov::as_type_ptr<ov::op::v0::Constant>(add->get_input_node_shared_ptr(at));
            if (bias && bias->get_element_type() == ov::element::f32 && bias->get_shape() == channels) {
                std::vector<float> corrected = bias->cast_vector<float>();
                for (size_t o = 0; o < corrected.size(); ++o) corrected[o] -= shifts[o];
                add->input(at).replace_source_output(
                    std::make_shared<ov::op::v0::Constant>(ov::element::f32, channels, corrected.data()));
                return;
            }
        }
        std::vector<float> negative(shifts.size());
        std::transform(shifts.begin(), shifts.end(), negative.begin(), [](float shift) { return -shift; });
        auto bias = std::make_shared<ov::op::v0::Constant>(ov::element::f32, channels, negative.data());
        auto add = std::make_shared<ov::op::v1::Add>(node, bias);
        const std::string name = node->get_friendly_name();
        node->set_friendly_name(name + "/WithoutBiases");
        add->set_friendly_name(name);
        for (auto input : users) input.replace_source_output(add->output(0));
        add->output(0).set_names(node->output(0).get_names());
        node->output(0).set_names({});
    }

    void quantize_source(size_t index, const float* low, const float* high, size_t count) {
        const auto& source = sources.at(index);
        if (count != 1 && count != source.channels) throw std::invalid_argument("there must be a range, or one a channel");
        std::set<std::pair<ov::Node*, size_t>> seen;
        std::vector<ov::Input<ov::Node>> inputs;
        for (const auto& convolution : convolutions) {
            for (const auto& edge : convolution.edges) {
                if (convolution.done && edge.source == index &&
                    seen.insert({edge.at.get_node(), edge.at.get_index()}).second) {
                    inputs.push_back(edge.at);
                }
            }
        }
        if (inputs.empty()) return;
        const ov::Shape shape = count == 1 ? ov::Shape{} : ov::Shape{1, count, 1, 1};
        auto from = std::make_shared<ov::op::v0::Constant>(ov::element::f32, shape, low);
        auto to = std::make_shared<ov::op::v0::Constant>(ov::element::f32, shape, high);
        auto quantized = std::make_shared<ov::op::v0::FakeQuantize>(inputs[0].get_source_output(), from, to, from, to, 256);
        quantized->set_friendly_name(ovkit::short_name(source.output.get_node()) + "/u8");
        for (auto input : inputs) input.replace_source_output(quantized->output(0));
    }

    void narrow() const {
        for (const auto& node : model->get_ordered_ops()) {
            if (!ovkit::is_convolution(node.get())) continue;
            auto kernel = ovkit::kernel_of(node);
            if (!kernel || kernel->get_element_type() != ov::element::f32) continue;
            const auto values = kernel->cast_vector<float>();
            constexpr float largest = 65504.f;
            if (!std::all_of(values.begin(), values.end(), [](float v) { return std::abs(v) <= largest; })) continue;
            std::vector<ov::float16> halves(values.begin(), values.end());
            auto stored = std::make_shared<ov::op::v0::Constant>(ov::element::f16, kernel->get_shape(), halves);
            auto widened = std::make_shared<ov::op::v0::Convert>(stored, ov::element::f32);
            node->input(1).replace_source_output(widened);
        }
    }
};

struct ovkit_layers {
    struct Layer {
        std::string type;
        std::string precision;
        std::string kernel;
        std::string originals;
    };
    std::vector<Layer> layers;

    explicit ovkit_layers(const char* path) {
        ov::Core core;
        auto compiled = core.compile_model(ovkit::read_whole(core, path), "CPU",
                                           ov::hint::inference_precision(ov::element::f32));
        for (const auto& node : compiled.get_runtime_model()->get_ordered_ops()) {
            const auto& info = node->get_rt_info();
            const auto field = [&](const char* key) {
                const auto found = info.find(key);
                return found == info.end() ? std::string() : found->second.as<std::string>();
            };
            layers.push_back({field("layerType"), field("runtimePrecision"), field("primitiveType"),
                              field("originalLayersNames")});
        }
    }
};

int ovkit_quantizer_open(const char* path, ovkit_quantizer** quantizer, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] {
        ov::Core core;
        *quantizer = new ovkit_quantizer(ovkit::read_whole(core, path));
    });
}

size_t ovkit_quantizer_sources(const ovkit_quantizer* quantizer) { return quantizer->sources.size(); }

size_t ovkit_quantizer_convolutions(const ovkit_quantizer* quantizer) { return quantizer->convolutions.size(); }

int ovkit_quantizer_source_at(const ovkit_quantizer* quantizer, size_t index, ovkit_source* source, char* message,
                              size_t capacity) {
    return ovkit::guarded(message, capacity, [&] {
        const auto& found = quantizer->sources.at(index);
        *source = {found.name.c_str(), found.channels};
    });
}

int ovkit_quantizer_convolution_at(const ovkit_quantizer* quantizer, size_t index, ovkit_convolution* convolution,
                                   char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] {
        const auto& found = quantizer->convolutions.at(index);
        *convolution = {found.name.c_str(), found.inputs,  found.outputs,        found.depthwise,     found.first,
                        found.head,         found.aligned, found.sources.data(), found.sources.size()};
    });
}

int ovkit_quantizer_save_statistics(ovkit_quantizer* quantizer, const char* xml_path, char* message,
                                    size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { quantizer->save_statistics(xml_path); });
}

int ovkit_quantizer_convolution(ovkit_quantizer* quantizer, size_t index, int steps, const float* means, size_t count,
                                float* error, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { *error = quantizer->quantize_convolution(index, steps, means, count); });
}

int ovkit_quantizer_source(ovkit_quantizer* quantizer, size_t index, const float* low, const float* high,
                           size_t count, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { quantizer->quantize_source(index, low, high, count); });
}

int ovkit_quantizer_finish(ovkit_quantizer* quantizer, ovkit_model** model, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] {
        quantizer->narrow();
        quantizer->model->validate_nodes_and_infer_types();
        *model = new ovkit_model{quantizer->model};
    });
}

void ovkit_quantizer_free(ovkit_quantizer* quantizer) { delete quantizer; }

int ovkit_layers_open(const char* path, ovkit_layers** layers, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { *layers = new ovkit_layers(path); });
}

size_t ovkit_layers_count(const ovkit_layers* layers) { return layers->layers.size(); }

int ovkit_layers_at(const ovkit_layers* layers, size_t index, ovkit_layer* layer, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] {
        const auto& found = layers->layers.at(index);
        *layer = {found.type.c_str(), found.precision.c_str(), found.kernel.c_str(), found.originals.c_str()};
    });
}

void ovkit_layers_free(ovkit_layers* layers) { delete layers; }
