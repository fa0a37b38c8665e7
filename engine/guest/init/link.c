// The framed link to the host over virtio-console. See engine/machine/README.md for the layout.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "init.h"
#include "wire.h"

static struct wire wire = {.in = -1, .out = -1};
static struct watch input = {.fd = -1};
static struct text message;  // a control message that comes in several frames

void link_send_inplace(enum frame_type type, uint32_t stream, char *bytes, size_t length) {
  wire_send_inplace(&wire, (struct frame){.length = length, .type = type, .stream = stream}, bytes);
}

void link_send(enum frame_type type, uint32_t stream, const void *payload, size_t length) {
  static char out[sizeof(struct frame) + FRAME_PAYLOAD];
  if (length) memcpy(out + sizeof(struct frame), payload, length);
  link_send_inplace(type, stream, out, length);
}

void link_control(const struct text *t) {
  size_t at = 0;
  static char out[sizeof(struct frame) + FRAME_PAYLOAD];
  do {
    size_t n = t->length - at > FRAME_PAYLOAD ? FRAME_PAYLOAD : t->length - at;
    memcpy(out + sizeof(struct frame), t->bytes + at, n);
    at += n;
    wire_send_inplace(&wire, (struct frame){.length = n, .type = FRAME_CONTROL, .flags = at < t->length ? FRAME_MORE : 0}, out);
  } while (at < t->length);
}

static void take(const struct frame *f, char *payload) {
  switch (f->type) {
    case FRAME_CONTROL:
      text_add(&message, payload, f->length);
      if (f->flags & FRAME_MORE) break;
      control_receive(message.bytes, message.length);
      message.length = 0;
      break;
    case FRAME_DATA:
      if (invocation_owns(f->stream / 4)) invocation_frame(f, payload);
      else session_data(f->stream, payload, f->length);
      break;
    case FRAME_CREDIT: {
      uint32_t bytes;
      if (f->length < sizeof bytes) break;
      memcpy(&bytes, payload, sizeof bytes);
      if (invocation_owns(f->stream / 4)) invocation_frame(f, payload);
      else session_credit(f->stream, bytes);
      break;
    }
    case FRAME_END:
      if (invocation_owns(f->stream / 4)) invocation_frame(f, payload);
      else session_end(f->stream);
      break;
    case FRAME_CANCEL:
      if (invocation_owns(f->stream / 4)) invocation_frame(f, payload);
      else session_cancel(f->stream);
      break;
  }
}

static void readable(struct watch *w, uint32_t events) {
  (void)w;
  (void)events;
  wire_read(&wire, take);
}

void link_begin(void) { wire_begin(&wire); }

void link_open(void) {
  wire_open(&wire, "/dev/hvc0");
  input.fd = wire.in;
  input.ready = readable;
  watch_for(&input, EPOLLIN);
}

void reply_begin(struct text *t, double request) { text_print(t, "{\"re\":%.0f", request); }

void reply_ok(double request) {
  struct text t = {0};
  reply_begin(&t, request);
  text_print(&t, "}");
  link_control(&t);
  text_free(&t);
}

void reply_error(double request, const char *stage, int error, const char *subject, const char *text) {
  struct text t = {0};
  reply_begin(&t, request);
  text_print(&t, ",\"error\":{\"stage\":");
  text_quote(&t, stage);
  text_print(&t, ",\"errno\":%d,\"subject\":", error);
  text_quote(&t, subject ? subject : "");
  text_print(&t, ",\"message\":");
  text_quote(&t, text);
  text_print(&t, "}}");
  link_control(&t);
  text_free(&t);
}
