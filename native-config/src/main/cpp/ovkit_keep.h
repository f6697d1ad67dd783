// Keeps OpenVINO in the process once it is loaded. Its threads run on when a class loader goes and the JVM unloads the
// JNI library that brought it.
#pragma once

#include <dlfcn.h>

#include "openvino/c/ov_common.h"
#include "openvino/c/ov_core.h"

static const bool ovkit_openvino_is_kept = [] {
    Dl_info found;
    return dladdr(reinterpret_cast<void*>(&ov_get_openvino_version), &found) != 0 &&
           dlopen(found.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}();
