// Tells the service manager how the process is, as sd_notify(3) does: Java has no UNIX datagram sockets.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Sends `state`, such as "READY=1", to the datagram socket of this name: a path, or an abstract one that begins with
// '@'. Returns 0 or errno.
int ovkit_service_notify(const char* socket_name, const char* state);

#ifdef __cplusplus
}
#endif
