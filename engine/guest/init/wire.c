#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// The device has sixteen receive buffers and drops what comes when none is free, so the host keeps at most a few frames
// under way and waits for `received` to move on. Acknowledge on its own when no other frame has carried it for this many.
#define ACK_EVERY 3

void wire_open(struct wire *w, const char *path) {
  // Two descriptions: only reading may say EAGAIN.
  w->in = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  w->out = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
  struct termios t;
  tcgetattr(w->in, &t);
  cfmakeraw(&t);
  tcsetattr(w->in, TCSANOW, &t);
  wire_begin(w);
}

void wire_begin(struct wire *w) { w->received = w->acknowledged = 0; }

void wire_send_inplace(struct wire *w, struct frame f, char *bytes) {
  f.received = w->acknowledged = w->received;
  memcpy(bytes, &f, sizeof f);
  for (size_t left = sizeof f + f.length; left;) {
    ssize_t n = write(w->out, bytes, left);
    if (n < 0 && errno != EINTR) {
      struct pollfd p = {.fd = w->out, .events = POLLOUT};
      poll(&p, 1, 10);
    }
    if (n <= 0) continue;
    bytes += n;
    left -= n;
  }
}

void wire_read(struct wire *w, void (*take)(const struct frame *, char *)) {
  while (true) {
    ssize_t n = read(w->in, w->buffer + w->filled, sizeof w->buffer - w->filled);
    if (n <= 0) break;
    w->filled += n;
    size_t at = 0;
    struct frame f;
    while (w->filled - at >= sizeof f) {
      memcpy(&f, w->buffer + at, sizeof f);
      if (w->filled - at < sizeof f + f.length) break;
      w->received++;
      take(&f, w->buffer + at + sizeof f);
      at += sizeof f + f.length;
      if (w->received - w->acknowledged < ACK_EVERY) continue;
      char ack[sizeof(struct frame)];
      wire_send_inplace(w, (struct frame){.type = FRAME_ACK}, ack);
    }
    memmove(w->buffer, w->buffer + at, w->filled - at);
    w->filled -= at;
  }
}
