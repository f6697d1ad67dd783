#include "ovkit_service.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

extern "C" int ovkit_service_notify(const char* socket_name, const char* state) {
  const size_t length = strlen(socket_name);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (length < 2 || (socket_name[0] != '/' && socket_name[0] != '@')) return EINVAL;
  if (length >= sizeof(address.sun_path)) return ENAMETOOLONG;
  memcpy(address.sun_path, socket_name, length);
  if (socket_name[0] == '@') address.sun_path[0] = '\0';

  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  // Without the closing NUL: in an abstract name it would count.
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  const ssize_t sent =
      sendto(descriptor, state, strlen(state), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size);
  const int error = sent < 0 ? errno : 0;
  close(descriptor);
  return error;
}
