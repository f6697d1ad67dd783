// One IR in a plain loop on OpenVINO's C++ API: what the runtime layer is measured against.
//
// usage: loop MODEL.xml THREADS STREAMS
// Prints "ready" once warm. Then for each line "N" on stdin: N passes, one line with their nanoseconds; for a line
// "kernels", those of all layers.

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <openvino/openvino.hpp>

int main(int argc, char** argv) try {
  if (argc != 4) {
    std::cerr << "usage: loop MODEL.xml THREADS STREAMS\n";
    return 2;
  }
  ov::Core core;
  ov::CompiledModel compiled = core.compile_model(
      core.read_model(argv[1]), "CPU", ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
      ov::hint::inference_precision(ov::element::f32), ov::inference_num_threads(std::stoi(argv[2])),
      ov::num_streams(std::stoi(argv[3])));
  ov::InferRequest request = compiled.create_infer_request();
  ov::Tensor input = request.get_input_tensor();
  std::vector<float> pixels(input.get_size());
  std::mt19937 random(3);
  std::uniform_int_distribution<int> level(0, 255);
  for (float& pixel : pixels) pixel = static_cast<float>(level(random));
  auto pass = [&] {
    auto start = std::chrono::steady_clock::now();
    std::memcpy(input.data<float>(), pixels.data(), pixels.size() * sizeof(float));
    request.infer();
    return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count();
  };
  for (int i = 0; i < 5; i++) pass();
  std::cout << "ready" << std::endl;
  for (std::string line; std::cin >> line;) {
    if (line == "kernels") {
      for (const auto& layer : compiled.get_runtime_model()->get_ops()) {
        const auto& info = layer->get_rt_info();
        const auto kernel = info.find("primitiveType");
        if (kernel != info.end()) std::cout << kernel->second.as<std::string>() << ",";
      }
    } else {
      const int passes = std::stoi(line);
      for (int i = 0; i < passes; i++) std::cout << (i ? "," : "") << pass();
    }
    std::cout << std::endl;
  }
  return 0;
} catch (const std::exception& e) {
  std::cerr << "loop: " << e.what() << "\n";
  return 1;
}
