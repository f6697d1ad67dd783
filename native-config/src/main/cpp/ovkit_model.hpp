// What the parts of the conversion shim share.
#pragma once

#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <string>

#include "openvino/openvino.hpp"

struct ovkit_model {
    std::shared_ptr<ov::Model> model;
};

namespace ovkit {

inline int fail(const char* what, char* message, size_t capacity) {
    if (message != nullptr && capacity > 0) {
        std::strncpy(message, what, capacity - 1);
        message[capacity - 1] = '\0';
    }
    return 1;
}

// Runs what may throw: a status and a message come out, never an exception.
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

// Reads a file whole. Mapped, as OpenVINO does by default, it must not change until the model is gone.
inline std::shared_ptr<ov::Model> read_whole(ov::Core& core, const char* path) {
    core.set_property(ov::enable_mmap(false));
    return core.read_model(std::string(path));
}

}  // namespace ovkit
