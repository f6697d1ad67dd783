#include "ovkit_pictures.h"

#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

struct ovkit_picture {
    std::vector<uint8_t> encoded;
    cv::Mat memory;  // where the codec puts the pixels; kept, so that the next picture of this size needs no new memory
    cv::Mat pixels;  // the picture in it; empty if there is none
    std::vector<uint8_t> written;
    int highest = 0;  // value of a file of 16 bits
};

namespace {

// Above this, memory goes back after use.
constexpr size_t kept_bytes = size_t{32} << 20;

void report(const char* what, char* message, size_t capacity) {
    if (message == nullptr || capacity == 0) return;
    std::strncpy(message, what, capacity - 1);
    message[capacity - 1] = '\0';
}

// The message where memory ran out; ovkit's Java knows it.
constexpr char no_memory[] = "out of memory";

template <typename Work>
int guarded(char* message, size_t capacity, Work work) {
    try {
        work();
        return 0;
    } catch (const cv::Exception& e) {
        const char* what = e.err.empty() ? e.what() : e.err.c_str();
        report(e.code == cv::Error::StsNoMem ? no_memory : what, message, capacity);
    } catch (const std::bad_alloc&) {
        report(no_memory, message, capacity);
    } catch (const std::exception& e) {
        report(e.what(), message, capacity);
    } catch (...) {
        report("an exception of unknown type", message, capacity);
    }
    return 1;
}

struct Failure : std::exception {
    explicit Failure(std::string text) : text(std::move(text)) {}
    const char* what() const noexcept override { return text.c_str(); }
    std::string text;
};

// What codecs print, kept from the user's terminal.
//
// libjpeg and libpng, linked into OpenCV, write to `stderr`, which the GNU C library lets a program assign. While any
// thread decodes, `stderr` is a stream of ours that sorts by thread: a decoding thread's text is kept for its message,
// any other thread's goes on to descriptor 2. The descriptor itself is never touched, so nothing of the JVM, which
// writes to it directly, can be lost.
thread_local std::string* listener = nullptr;

void listen(const char* text, size_t size) {
    if (listener->size() < 4096) listener->append(text, size);
}

ssize_t write_by_thread(void*, const char* text, size_t size) {
    if (listener != nullptr) {
        listen(text, size);
        return static_cast<ssize_t>(size);
    }
    size_t done = 0;
    while (done < size) {
        ssize_t n = ::write(STDERR_FILENO, text + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += static_cast<size_t>(n);
    }
    return static_cast<ssize_t>(size);
}

void log_by_thread(cv::utils::logging::LogLevel level, const char*, const char*, int, const char*, const char* text) {
    if (listener == nullptr || text == nullptr || level > cv::utils::logging::LOG_LEVEL_WARNING) return;
    listen(text, std::strlen(text));
    listen("\n", 1);
}

class Listening {
  public:
    explicit Listening(std::string* text) {
        listener = text;
        std::lock_guard<std::mutex> lock(mutex());
        static FILE* const ours = open();
        if (ours != nullptr && count()++ == 0) {
            original() = stderr;
            stderr = ours;
        }
        listening_ = ours != nullptr;
    }
    ~Listening() {
        listener = nullptr;
        std::lock_guard<std::mutex> lock(mutex());
        if (listening_ && --count() == 0) stderr = original();
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

  private:
    static FILE* open() {
        cookie_io_functions_t functions = {nullptr, write_by_thread, nullptr, nullptr};
        FILE* stream = fopencookie(nullptr, "w", functions);
        if (stream != nullptr) setvbuf(stream, nullptr, _IONBF, 0);
        return stream;
    }
    static std::mutex& mutex() {
        static std::mutex m;
        return m;
    }
    static int& count() {
        static int n = 0;
        return n;
    }
    static FILE*& original() {
        static FILE* f = nullptr;
        return f;
    }
    bool listening_;
};

// OpenCV set up once: its log sorted like `stderr`, and its work done on the calling thread, since parallelism here is
// the caller's, who decodes several pictures at once.
void set_up() {
    static const bool once = [] {
        cv::utils::logging::internal::replaceWriteLogMessageEx(log_by_thread);
        cv::setNumThreads(1);
        return true;
    }();
    (void)once;
}

// The first line of what was said; of an OpenCV error only what it says, not where in its source.
std::string readable(const std::string& text) {
    const size_t start = text.find_first_not_of(" \r\n\t");
    if (start == std::string::npos) return "it is damaged or of an unknown kind";
    std::string line = text.substr(start, text.find_first_of("\r\n", start) - start);
    const size_t error = line.find("error: (");
    if (error != std::string::npos) {
        const size_t code_end = line.find(") ", error);
        if (code_end != std::string::npos) line.erase(0, code_end + 2);
        line.erase(std::min(line.size(), line.find(" in function '")));
    }
    return line;
}

bool says(const std::string& text, const char* what) { return text.find(what) != std::string::npos; }

enum Format { BGR = 0, RGB = 1, GREY = 2 };

cv::Mat frame(const uint8_t* pixels, int width, int height, size_t row_stride, int format) {
    // OpenCV has no read-only Mat; nothing here writes to it.
    return cv::Mat(height, width, format == GREY ? CV_8UC1 : CV_8UC3, const_cast<uint8_t*>(pixels), row_stride);
}

void swap_red_and_blue(cv::Mat& picture) {
    for (int y = 0; y < picture.rows; y++) {
        uint8_t* p = picture.ptr<uint8_t>(y);
        for (int x = 0; x < picture.cols; x++, p += 3) std::swap(p[0], p[2]);
    }
}

void fill_border(uint8_t* target, int target_width, int target_height, const cv::Rect& inside, int pad) {
    const size_t row = size_t{3} * target_width;
    const size_t left = size_t{3} * inside.x, right = size_t{3} * (inside.x + inside.width);
    std::memset(target, pad, row * inside.y);
    for (int y = inside.y; y < inside.y + inside.height; y++) {
        std::memset(target + y * row, pad, left);
        std::memset(target + y * row + right, pad, row - right);
    }
    const int below = inside.y + inside.height;
    std::memset(target + below * row, pad, row * (target_height - below));
}

void letterbox(const cv::Mat& picture, int format, uint8_t* target, int target_width, int target_height,
               const cv::Rect& inside, int pad, bool bicubic) {
    set_up();
    if (picture.empty()) throw Failure("there is no picture");
    if ((inside & cv::Rect(0, 0, target_width, target_height)) != inside || inside.empty()) {
        throw Failure("the scaled picture does not lie in the target");
    }
    cv::Mat whole(target_height, target_width, CV_8UC3, target);
    cv::Mat scaled = whole(inside);
    const int interpolation = bicubic ? cv::INTER_CUBIC : cv::INTER_LINEAR;
    if (format == GREY) {
        cv::Mat grey;
        cv::resize(picture, grey, inside.size(), 0, 0, interpolation);
        cv::cvtColor(grey, scaled, cv::COLOR_GRAY2BGR);
    } else {
        cv::resize(picture, scaled, inside.size(), 0, 0, interpolation);
        if (format == RGB) swap_red_and_blue(scaled);
    }
    if (scaled.data != whole.ptr<uint8_t>(inside.y, inside.x)) throw Failure("OpenCV did not write into the target");
    fill_border(target, target_width, target_height, inside, pad);
}

// Lets a codec make pixels of the first `size` reserved bytes, in `memory` if they are to stay.
cv::Mat decoded(const ovkit_picture* picture, size_t size, int flags, cv::Mat* memory) {
    set_up();
    if (size == 0 || size > picture->encoded.size() || size > INT32_MAX) throw Failure("no such number of bytes");
    const cv::Mat bytes(1, static_cast<int>(size), CV_8UC1, const_cast<uint8_t*>(picture->encoded.data()));
    std::string said;
    cv::Mat pixels;
    {
        Listening listening(&said);
        pixels = cv::imdecode(bytes, flags, memory);
    }
    // A codec may fill what is missing with grey and go on.
    const bool half = says(said, "premature end of data") || says(said, "Premature end of JPEG");
    if (half) throw Failure("its data ends early");
    if (pixels.empty() || says(said, "libpng error")) {
        if (says(said, "nsufficient memory") || says(said, "ut of memory")) throw std::bad_alloc();
        throw Failure(readable(said));
    }
    return pixels;
}

// Cuts each value to the upper 8 of its `bits`.
void cut(const cv::Mat& deep, int bits, cv::Mat& into) {
    into.create(deep.size(), CV_8UC3);
    const int count = 3 * deep.cols;
    for (int y = 0; y < deep.rows; y++) {
        const uint16_t* from = deep.ptr<uint16_t>(y);
        uint8_t* to = into.ptr<uint8_t>(y);
        for (int i = 0; i < count; i++) to[i] = static_cast<uint8_t>(from[i] >> (bits - 8));
    }
}

}  // namespace

ovkit_picture* ovkit_picture_create(void) { return new (std::nothrow) ovkit_picture(); }

void ovkit_picture_free(ovkit_picture* picture) { delete picture; }

void ovkit_picture_trim(ovkit_picture* picture) {
    if (picture->encoded.capacity() > kept_bytes) std::vector<uint8_t>().swap(picture->encoded);
    if (picture->written.capacity() > kept_bytes) std::vector<uint8_t>().swap(picture->written);
    if (picture->memory.total() * 3 > kept_bytes) {
        picture->memory.release();
        picture->pixels.release();
    }
}

uint8_t* ovkit_picture_reserve(ovkit_picture* picture, size_t size) {
    try {
        if (picture->encoded.size() < size) picture->encoded.resize(size);
        return picture->encoded.data();
    } catch (...) {
        return nullptr;
    }
}

int ovkit_picture_decode(ovkit_picture* picture, size_t size, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        picture->pixels.release();
        picture->pixels = decoded(picture, size, cv::IMREAD_COLOR, &picture->memory);
    });
}

int ovkit_picture_decode_bits(ovkit_picture* picture, size_t size, int bits, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        picture->highest = 0;
        picture->pixels.release();
        if (bits < 9 || bits > 16) throw Failure("no such number of bits");
        const cv::Mat deep = decoded(picture, size, cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH, nullptr);
        if (deep.type() == CV_8UC3) {
            picture->pixels = deep;
            return;
        }
        if (deep.type() != CV_16UC3) throw Failure("its values have neither 8 nor 16 bits");
        double most = 0;
        cv::minMaxLoc(deep.reshape(1), nullptr, &most);
        picture->highest = static_cast<int>(most);
        cut(deep, bits, picture->memory);
        picture->pixels = picture->memory;
    });
}

int ovkit_picture_highest(const ovkit_picture* picture) { return picture->highest; }

int ovkit_picture_brightest(const ovkit_picture* picture) {
    if (picture->pixels.empty()) return -1;
    double most = 0;
    cv::minMaxLoc(picture->pixels.reshape(1), nullptr, &most);
    return static_cast<int>(most);
}

int ovkit_picture_width(const ovkit_picture* picture) { return picture->pixels.cols; }

int ovkit_picture_height(const ovkit_picture* picture) { return picture->pixels.rows; }

int ovkit_picture_letterbox(const ovkit_picture* picture, uint8_t* target, int target_width, int target_height,
                            int left, int top, int width, int height, int pad, int bicubic, char* message,
                            size_t capacity) {
    return guarded(message, capacity, [&] {
        letterbox(picture->pixels, BGR, target, target_width, target_height, cv::Rect(left, top, width, height), pad,
                  bicubic != 0);
    });
}

int ovkit_frame_letterbox(const uint8_t* pixels, int frame_width, int frame_height, size_t row_stride, int format,
                          uint8_t* target, int target_width, int target_height, int left, int top, int width,
                          int height, int pad, int bicubic, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        letterbox(frame(pixels, frame_width, frame_height, row_stride, format), format, target, target_width,
                  target_height, cv::Rect(left, top, width, height), pad, bicubic != 0);
    });
}

int ovkit_picture_copy_frame(ovkit_picture* picture, const uint8_t* pixels, int frame_width, int frame_height,
                             size_t row_stride, int format, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        const cv::Mat source = frame(pixels, frame_width, frame_height, row_stride, format);
        picture->pixels.release();
        if (format == GREY) {
            cv::cvtColor(source, picture->memory, cv::COLOR_GRAY2BGR);
        } else {
            source.copyTo(picture->memory);
            if (format == RGB) swap_red_and_blue(picture->memory);
        }
        picture->pixels = picture->memory;
    });
}

int ovkit_picture_encode(ovkit_picture* picture, const char* extension, int quality, char* message, size_t capacity) {
    return guarded(message, capacity, [&] {
        set_up();
        if (picture->pixels.empty()) throw Failure("there is no picture");
        std::vector<int> parameters;
        if (std::strcmp(extension, ".jpg") == 0) parameters = {cv::IMWRITE_JPEG_QUALITY, quality};
        std::string said;
        Listening listening(&said);
        if (!cv::imencode(extension, picture->pixels, picture->written, parameters)) throw Failure(readable(said));
    });
}

const uint8_t* ovkit_picture_written(const ovkit_picture* picture) { return picture->written.data(); }

size_t ovkit_picture_written_size(const ovkit_picture* picture) { return picture->written.size(); }
