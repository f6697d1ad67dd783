#include "ovkit_quantize.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
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
    std::replace_if(name.begin(), name.end(), [](char c) { return c == '\t' || c == '\n'; }, '_');
    return name;
}

std::shared_ptr<ov::op::v0::Constant> kernel_of(const NodePtr& node) {
    return ov::as_type_ptr<ov::op::v0::Constant>(node->get_input_node_shared_ptr(1));
}

}  // namespace ovkit

struct ovkit_text {
    std::string text;
};

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
        for (auto& convolution : convolutions) convolution.head = before.count(convolution.node.get()) == 0;
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
            sources.push_back({output, output.get_shape()[1]});
        }
        convolution.edges.push_back({known->second, input});
        return true;
    }

    std::string describe() const {
        std::ostringstream text;
        for (const auto& source : sources) {
            text << "source\t" << ovkit::short_name(source.output.get_node());
            if (source.output.get_node()->get_output_size() > 1) text << ":" << source.output.get_index();
            text << "\t" << source.channels << "\n";
        }
        for (const auto& c : convolutions) {
            text << "convolution\t" << c.name << "\t" << c.inputs << "\t" << c.outputs << "\t"
                 << (c.depthwise ? "depthwise" : "dense") << "\t" << (c.first ? "first" : "later") << "\t"
                 << (c.head ? "head" : "inner") << "\t" << (c.aligned ? "aligned" : "mixed") << "\t";
            std::set<size_t> of;
            for (const auto& edge : c.edges) of.insert(edge.source);
            const char* comma = "";
            for (size_t source : of) {
                text << comma << source;
                comma = ",";
            }
            text << "\n";
        }
        return text.str();
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

    float quantize(size_t index, int steps, const float* means, size_t count) {
        auto& convolution = convolutions.at(index);
        if (convolution.done) throw std::invalid_argument("it is 8 bit already");
        if (count != convolution.inputs) throw std::invalid_argument("there must be a mean for each input channel");
        if (steps < 1 || steps > 127) throw std::invalid_argument("an i8 has 1 to 127 steps");
        convolution.done = true;
        const auto node = convolution.node;
        const auto kernel = ovkit::kernel_of(node);
        const ov::Shape shape = kernel->get_shape();
        const bool grouped = ov::is_type<ov::op::v1::GroupConvolution>(node);
        const size_t groups = grouped ? shape[0] : 1;
        const size_t outputs = convolution.outputs;
        const size_t inputs = grouped ? shape[2] : shape[1];  // of each output
        const size_t area = ov::shape_size(shape) / (outputs * inputs);
        const float* weights = kernel->get_data_ptr<float>();

        std::vector<int8_t> stored(ov::shape_size(shape));
        std::vector<float> scales(outputs);
        std::vector<float> shifts(outputs);
        double lost = 0;
        double all = 0;
        for (size_t o = 0; o < outputs; ++o) {
            const float* of = weights + o * inputs * area;
            float greatest = 0;
            for (size_t i = 0; i < inputs * area; ++i) greatest = std::max(greatest, std::abs(of[i]));
            const float scale = greatest > 0 ? greatest / static_cast<float>(steps) : 1.f;
            scales[o] = scale;
            double shift = 0;
            const size_t group = o / (outputs / groups);
            for (size_t i = 0; i < inputs; ++i) {
                double sum = 0;
                for (size_t k = i * area; k < (i + 1) * area; ++k) {
                    const float step = std::max(-static_cast<float>(steps),
                                                std::min(static_cast<float>(steps), std::nearbyint(of[k] / scale)));
                    stored[o * inputs * area + k] = static_cast<int8_t>(step);
                    const double error = static_cast<double>(step) * scale - of[k];
                    sum += error;
                    lost += error * error;
                    all += static_cast<double>(of[k]) * of[k];
                }
                shift += sum * means[group * inputs + i];
            }
            shifts[o] = static_cast<float>(shift);
        }

        ov::Shape per_output(shape.size(), 1);
        per_output[0] = shape[0];
        if (grouped) per_output[1] = shape[1];
        auto eighths = std::make_shared<ov::op::v0::Constant>(ov::element::i8, shape, stored.data());
        auto widened = std::make_shared<ov::op::v0::Convert>(eighths, ov::element::f32);
        auto scale = std::make_shared<ov::op::v0::Constant>(ov::element::f32, per_output, scales.data());
        auto multiplied = std::make_shared<ov::op::v1::Multiply>(widened, scale);
        multiplied->set_friendly_name(convolution.name + "/i8");
        node->input(1).replace_source_output(multiplied);
        // An order of kernels for f32 (ovkit tune) cannot hold for i8.
        auto& info = node->get_rt_info();
        for (auto entry = info.begin(); entry != info.end();) {
            entry = entry->first.rfind("primitives_priority", 0) == 0 ? info.erase(entry) : std::next(entry);
        }
        correct_bias(convolution, shifts);
        return all > 0 ? static_cast<float>(std::sqrt(lost / all)) : 0.f;
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

    void quantize(size_t index, const float* low, const float* high, size_t count) {
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

namespace {

std::string runtime_layers(const char* path) {
    ov::Core core;
    auto compiled = core.compile_model(std::string(path), "CPU", ov::hint::inference_precision(ov::element::f32));
    std::ostringstream text;
    for (const auto& node : compiled.get_runtime_model()->get_ordered_ops()) {
        const auto& info = node->get_rt_info();
        const auto field = [&](const char* key) {
            const auto found = info.find(key);
            return found == info.end() ? std::string() : found->second.as<std::string>();
        };
        text << field("layerType") << "\t" << field("runtimePrecision") << "\t"
             << field("primitiveType") << "\t" << field("originalLayersNames") << "\n";
    }
    return text.str();
}

}  // namespace

int ovkit_quantizer_open(const char* path, ovkit_quantizer** quantizer, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] {
        ov::Core core;
        *quantizer = new ovkit_quantizer(core.read_model(std::string(path)));
    });
}

int ovkit_quantizer_describe(ovkit_quantizer* quantizer, ovkit_text** text, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { *text = new ovkit_text{quantizer->describe()}; });
}

int ovkit_quantizer_save_statistics(ovkit_quantizer* quantizer, const char* xml_path, char* message,
                                    size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { quantizer->save_statistics(xml_path); });
}

int ovkit_quantizer_convolution(ovkit_quantizer* quantizer, size_t index, int steps, const float* means, size_t count,
                                float* error, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { *error = quantizer->quantize(index, steps, means, count); });
}

int ovkit_quantizer_source(ovkit_quantizer* quantizer, size_t index, const float* low, const float* high,
                           size_t count, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { quantizer->quantize(index, low, high, count); });
}

int ovkit_quantizer_finish(ovkit_quantizer* quantizer, ovkit_model** model, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] {
        quantizer->narrow();
        quantizer->model->validate_nodes_and_infer_types();
        *model = new ovkit_model{quantizer->model};
    });
}

void ovkit_quantizer_free(ovkit_quantizer* quantizer) { delete quantizer; }

int ovkit_runtime_layers(const char* path, ovkit_text** text, char* message, size_t capacity) {
    return ovkit::guarded(message, capacity, [&] { *text = new ovkit_text{runtime_layers(path)}; });
}

const char* ovkit_text_read(const ovkit_text* text) { return text->text.c_str(); }

void ovkit_text_free(ovkit_text* text) { delete text; }
